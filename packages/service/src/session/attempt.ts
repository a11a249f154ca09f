// Decides which controller to try next, whether it must lead, and after what pause. Pure.

import { milliseconds, type Milliseconds, type Rng } from '@pareto/core';
import { leaderOf } from '@pareto/rpc';

/** Controller to connect to: only the leader, or any controller while the leader is not reachable. */
export type ControllerTarget = 'leader' | 'any';

export interface Attempt {
  readonly address: string;
  /** Accepts a controller that does not lead. */
  readonly acceptFollower: boolean;
  /** Set if another controller named this address as the leader. */
  readonly isNamed: boolean;
  /** Position in the configured list of the last address that was taken from the list. */
  readonly index: number;
  /** Number of attempts in a row without a stable connection. */
  readonly failures: number;
  /** Set if the attempt follows from a controller's response, so that no pause precedes it. */
  readonly isImmediate: boolean;
  /** Set if there was an immediate attempt since the last stable connection. */
  readonly hasFollowed: boolean;
}

export interface StreamOutcome {
  /** Time between the first message and the end of the stream. Undefined if there was no message. */
  readonly connectedMs: number | undefined;
  readonly error: unknown;
}

const minPauseMs = 100;
const maxPauseMs = 2_000;
const minFirstMessageMs = 3_000;
const maxFirstMessageMs = 10_000;
/** Duration of a connection after which it counts as stable, which resets the failures. */
const stableMs = 1_000;

/** Returns the pause before an attempt: exponential from 100 ms to 2 s, with jitter between half and all of it. */
export function pauseMs({ failures, isImmediate }: Attempt, rng: Rng): Milliseconds {
  if (isImmediate || failures === 0) return milliseconds(0);
  const ceiling = Math.min(maxPauseMs, minPauseMs * 2 ** (failures - 1));
  return milliseconds(ceiling * (0.5 + rng() / 2));
}

/**
 * Returns the time to wait for the first message of a controller. It grows with the failures: with a shorter time, a
 * controller that is busy with thousands of connections would lose each of them before it answers.
 */
export const firstMessageMs = ({ failures }: Pick<Attempt, 'failures'>): Milliseconds =>
  milliseconds(Math.min(maxFirstMessageMs, minFirstMessageMs + failures * 1_000));

/** Returns an attempt at a random address, which spreads services that start together. */
export function firstAttempt(addresses: readonly string[], rng: Rng): Attempt {
  const index = Math.floor(rng() * addresses.length);
  const fresh = { acceptFollower: false, isNamed: false, failures: 0, isImmediate: false, hasFollowed: false };
  return { ...fresh, address: addresses[index] ?? '', index };
}

/**
 * Returns an attempt at the leader that a controller named, otherwise at the next address of the list. With the target `any`,
 * accepts a follower if the last controller reported that there is no leader, if the leader that it named is not reachable
 * (both times that controller), or if the whole list failed. The first attempt after a controller's response is immediate.
 */
export function nextAttempt(
  addresses: readonly string[],
  last: Attempt,
  { connectedMs, error }: StreamOutcome,
  target: ControllerTarget,
): Attempt {
  const wasStable = connectedMs !== undefined && connectedMs >= stableMs;
  const hasFollowed = last.hasFollowed && !wasStable;
  const failures = wasStable ? 1 : last.failures + 1;
  const follow = { failures, isImmediate: !hasFollowed, hasFollowed: true };
  const pause = { failures, isImmediate: false, hasFollowed };
  const at = (index: number): Pick<Attempt, 'address' | 'index' | 'isNamed'> => ({
    ...{ address: addresses[index] ?? '', index, isNamed: false },
  });

  const leader = leaderOf(error);
  if (leader !== undefined && leader !== '' && leader !== last.address) {
    return { ...follow, address: leader, index: last.index, isNamed: true, acceptFollower: false };
  }
  const hasNoLeader = leader === '';
  if (target === 'any' && hasNoLeader && !last.acceptFollower) {
    return { ...follow, address: last.address, index: last.index, isNamed: false, acceptFollower: true };
  }
  if (target === 'any' && last.isNamed && connectedMs === undefined) {
    return { ...pause, ...at(last.index), acceptFollower: true };
  }
  const hasListFailed = connectedMs === undefined && (last.acceptFollower || failures >= addresses.length);
  const acceptFollower = target === 'any' && hasListFailed;
  return { ...pause, ...at((last.index + 1) % addresses.length), acceptFollower };
}
