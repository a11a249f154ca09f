// Opens the shared store, with retries while it is unreachable.

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
 * Calls `open`, and retries every 2 s while `open` throws `unavailable`, which is logged as `waiting`. Returns
 * undefined if the signal aborts first. Throws other errors of `open`.
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

/** Opens etcd, with the retries of `openWithRetry`. */
export async function openEtcd(
  etcd: readonly string[],
  flags: EtcdFlags,
  context: OpenContext,
  signal: AbortSignal,
): Promise<Store | undefined> {
  const { clock, logger } = context;
  const access = await readEtcdAccess(etcd, flags);
  if (flags.etcdCompactMinutes === 0) {
    logger.warn('compaction is left to etcd: without its --auto-compaction-retention, the history grows forever');
  }
  const onNotice = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(message, fields);
  return openWithRetry('waiting for etcd', () => openEtcdStore({ ...access, clock, onNotice }), context, signal);
}
