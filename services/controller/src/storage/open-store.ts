// Opens the shared store and the blob store, with retries while they are unreachable.

import {
  milliseconds,
  ParetoError,
  type Clock,
  type StoreEvidence,
  type StoreIntent,
  type StoreVerdict,
} from '@pareto/core';
import { judgeStore } from '@pareto/policy';
import { openEtcdStore, type KnownHistory, type Store } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import { readEtcdAccess, type EtcdAccessFlags } from './etcd-access.js';

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

export interface OpenEtcdContext extends OpenContext {
  /** The store that this cluster used last, if this process knows it. */
  readonly known: KnownHistory | undefined;
  readonly intent: StoreIntent | undefined;
  /** Set if the cluster has model files. */
  readonly hasFiles: boolean;
}

/** Opens etcd. Throws as `openEtcdStore` does. */
export async function openEtcd(
  etcd: readonly string[],
  flags: EtcdAccessFlags,
  { clock, logger, known, intent, hasFiles }: OpenEtcdContext,
): Promise<Store> {
  const access = await readEtcdAccess(etcd, flags);
  const onNotice = (message: string, fields: Readonly<Record<string, unknown>>): void => logger.warn(message, fields);
  const judge = (evidence: StoreEvidence): StoreVerdict => judgeStore(evidence, { hasFiles });
  return openEtcdStore({ ...access, clock, onNotice, known, intent, judge });
}
