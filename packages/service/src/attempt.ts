// Which controller to try next, and after what pause.

import { milliseconds, ParetoError, type Milliseconds, type Rng } from '@pareto/core';

export interface Attempt {
  readonly address: string;
  /** Of the address in the configured list that was tried last. */
  readonly index: number;
  /** In a row, without a controller heard. */
  readonly failures: number;
}

export interface Outcome {
  /** The controller had answered before the stream ended. */
  readonly heard: boolean;
  readonly error: unknown;
}

const firstPauseMs = 100;
const lastPauseMs = 2_000;

/** Exponential from 100 ms to 2 s, jittered between half and the whole of it; none before the first failure. */
export function pauseMs(failures: number, rng: Rng): Milliseconds {
  if (failures === 0) return milliseconds(0);
  const ceiling = Math.min(lastPauseMs, firstPauseMs * 2 ** (failures - 1));
  return milliseconds(ceiling * (0.5 + rng() / 2));
}

export const firstAttempt = (addresses: readonly string[]): Attempt => ({
  address: addresses[0] ?? '',
  index: 0,
  failures: 0,
});

/** The leader that a follower named, else the next address of the list. A first word of a leader is followed at once. */
export function nextAttempt(addresses: readonly string[], last: Attempt, outcome: Outcome): Attempt {
  const failures = outcome.heard ? 1 : last.failures + 1;
  const leader = outcome.error instanceof ParetoError ? outcome.error.details['pareto-leader'] : undefined;
  if (leader !== undefined && leader !== last.address) {
    return { address: leader, index: last.index, failures: last.failures === 0 ? 0 : failures };
  }
  const index = (last.index + 1) % addresses.length;
  return { address: addresses[index] ?? '', index, failures };
}
