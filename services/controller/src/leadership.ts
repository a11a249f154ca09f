// Whether this controller leads, and every write of a leader: fenced, timed, and readable in the mirror once it returns.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { maxOperations, type Compare, type Election, type Leadership, type Operation, type Store } from '@pareto/state';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import type { Mirror } from './mirror.js';

export interface Leader {
  /** Since when this controller leads; undefined: it does not. */
  readonly since: Milliseconds | undefined;
  /** Campaigns until the signal aborts, then resigns. `address` is where others find this controller. */
  run(address: string, signal: AbortSignal): Promise<void>;
  /** Throws `failed-precondition`, with the leader's address in `pareto-leader`, unless this controller leads. */
  require(): Promise<void>;
  /**
   * Writes as the leader, and waits until the mirror shows it. False when a compare failed. Throws `failed-precondition`
   * when this controller leads no more.
   */
  write(compares: readonly Compare[], operations: readonly Operation[]): Promise<boolean>;
}

export interface LeaderOptions {
  readonly store: Store;
  readonly mirror: Mirror;
  readonly election: Election;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ControllerMetrics;
  readonly onLead: () => void;
}

const retryMs = milliseconds(1_000);

export function createLeader(options: LeaderOptions): Leader {
  const { store, mirror, election, clock, logger, metrics } = options;
  let current: { readonly leadership: Leadership; readonly since: Milliseconds } | undefined;

  const lead = async (address: string, signal: AbortSignal): Promise<void> => {
    const leadership = await election.campaign(address, signal);
    current = { leadership, since: clock.now() };
    metrics.leader.set(1);
    logger.info('leading', { address });
    options.onLead();
    await aborted(AbortSignal.any([signal, leadership.lost]));
    current = undefined;
    metrics.leader.set(0);
    logger.info('leading no more', { lost: leadership.lost.aborted });
    await leadership.resign();
  };

  const refuse = async (): Promise<never> => {
    const address = await election.leader();
    throw new ParetoError(
      'failed-precondition',
      address === undefined ? 'no controller leads now: try again' : `this controller does not lead: ask ${address}`,
      address === undefined ? {} : { details: { 'pareto-leader': address } },
    );
  };

  return {
    get since() {
      return current?.since;
    },
    async run(address, signal) {
      while (!signal.aborted) {
        await lead(address, signal).catch((error: unknown) => {
          if (!signal.aborted) logger.warn('campaign failed', { error });
        });
        await clock.sleep(retryMs, signal).catch(() => undefined);
      }
    },
    async require() {
      if (current === undefined) await refuse();
    },
    async write(compares, operations) {
      if (current === undefined) return refuse();
      const fence: Compare = { kind: 'leader', fence: current.leadership.fence };
      const startedAt = clock.now();
      const result = await store.transact({ compares: [fence, ...compares], operations });
      metrics.storeTime.record((clock.now() - startedAt) / 1000, { operation: 'transact' });
      if (result.kind === 'conflict') {
        return result.failed.some((compare) => compare.kind === 'leader') ? refuse() : false;
      }
      await mirror.reached(result.revision);
      return true;
    },
  };
}

/** As many of a leader's writes as the store's limit on operations makes necessary. */
export async function writeAll(leader: Leader, operations: readonly Operation[]): Promise<void> {
  for (let from = 0; from < operations.length; from += maxOperations) {
    await leader.write([], operations.slice(from, from + maxOperations));
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
