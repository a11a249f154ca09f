// Opening what the controllers share: as soon as it answers.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { openEtcdStore, type Store } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import { readEtcdAccess, type EtcdFlags } from './etcd-access.js';

export interface OpenContext {
  readonly clock: Clock;
  readonly logger: Logger;
}

const pauseMs = milliseconds(2_000);

/**
 * Waits for what can't be reached, and says so in the log; undefined when the signal aborts first. Throws what `open` does
 * when waiting would not help.
 */
export async function openWithRetry<T>(
  waiting: string,
  open: () => Promise<T>,
  { clock, logger }: OpenContext,
  signal: AbortSignal,
): Promise<T | undefined> {
  const over = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  while (!signal.aborted) {
    try {
      return await Promise.race([open(), over]);
    } catch (error) {
      if (!(error instanceof ParetoError) || error.code !== 'unavailable') throw error;
      logger.warn(waiting, { error });
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }
  return undefined;
}

/** As `openWithRetry` does. */
export async function openEtcd(
  etcd: readonly string[],
  flags: EtcdFlags,
  context: OpenContext,
  signal: AbortSignal,
): Promise<Store | undefined> {
  const { clock, logger } = context;
  const access = await readEtcdAccess(etcd, flags);
  if (flags.etcdCompactMinutes === 0) {
    logger.warn('etcd is left to compact itself: without its --auto-compaction-retention its history grows for ever');
  }
  const onNotice = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(message, fields);
  return openWithRetry('waiting for etcd', () => openEtcdStore({ ...access, clock, onNotice }), context, signal);
}
