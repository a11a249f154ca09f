// Opening etcd: as soon as it answers.

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
 * Waits for an etcd that can't be reached, and says so; undefined when the signal aborts first. Throws a ParetoError of one
 * line that says what to do when waiting would not help.
 */
export async function openEtcd(
  etcd: readonly string[],
  flags: EtcdFlags & { readonly etcdCompactMinutes: number },
  context: OpenContext,
  signal: AbortSignal,
): Promise<Store | undefined> {
  const { clock, logger } = context;
  const access = await readEtcdAccess(etcd, flags);
  if (flags.etcdCompactMinutes === 0) {
    logger.warn('etcd is left to compact itself: without its --auto-compaction-retention its history grows for ever');
  }
  const onNotice = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(message, fields);
  while (!signal.aborted) {
    try {
      return await openEtcdStore({ ...access, clock, onNotice });
    } catch (error) {
      if (!(error instanceof ParetoError) || error.code !== 'unavailable') throw error;
      logger.warn('waiting for etcd', { etcd, error });
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }
  return undefined;
}
