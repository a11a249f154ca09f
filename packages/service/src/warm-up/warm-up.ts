// Warms up a service before it is ready: calls its own path for a bounded time, so that the code of the first real queries is
// compiled.

import { errorText, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import type { Runnable } from '../lifecycle/run-group.js';

export const warmUpFlags = {
  warmUpMs: {
    kind: 'integer',
    min: 0,
    max: 60_000,
    default: 1_000,
    help: 'time at the start for which the process sends queries to itself, so that its code is compiled when it is ready, in ms; 0 disables it',
  },
} as const;

/** A path through parts of their own, which share the code with those of the service, but no state. */
export interface WarmUpPath extends AsyncDisposable {
  /** Sends one query. `index` counts them. */
  call(index: number): Promise<unknown>;
}

export interface WarmUpOptions {
  /** Time for which to send queries. 0 disables the warm-up. */
  readonly warmUpMs: number;
  readonly open: () => Promise<WarmUpPath>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Queries alone take other ways through the code than queries next to others. What is compiled while only one kind was seen
 * has to be compiled again for the other, so both alternate, each for a share of the time.
 */
const phases: readonly { readonly inFlight: number; readonly until: number }[] = [
  { inFlight: 1, until: 0.1 },
  { inFlight: 8, until: 0.6 },
  { inFlight: 1, until: 0.8 },
  { inFlight: 8, until: 1 },
];
/** Number of queries after which more would compile nothing. */
const maxCalls = 10_000;

/** Creates the part. If the warm-up fails, the service starts without it. */
export function createWarmUp({ warmUpMs, open, clock, logger }: WarmUpOptions): Runnable {
  async function run(): Promise<void> {
    const startedAt = clock.now();
    let calls = 0;
    const callUntil = async (path: WarmUpPath, share: number): Promise<void> => {
      while (calls < maxCalls && clock.now() - startedAt < share * warmUpMs) await path.call(calls++);
    };
    try {
      await using path = await open();
      for (const { inFlight, until } of phases) {
        await Promise.all(Array.from({ length: inFlight }, () => callUntil(path, until)));
      }
    } catch (error) {
      return logger.warn('warm-up failed', { calls, error: errorText(error) });
    }
    logger.info('warmed up', { calls, tookMs: Math.round(clock.now() - startedAt) });
  }
  return {
    name: 'warm-up',
    start: async () => (warmUpMs > 0 ? run() : undefined),
    stop: async () => undefined,
  };
}
