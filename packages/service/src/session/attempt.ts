// Which controller to try next, whether it must lead, and after what pause. Pure.

import { milliseconds, type Milliseconds, type Rng } from '@pareto/core';
import { leaderOf } from '@pareto/rpc';

/** Who is looked for: only the leader, or, while that one can't be had, any controller. */
export type ControllerTarget = 'leader' | 'any';

export interface Attempt {
  readonly address: string;
  /** One that does not lead will do. */
  readonly acceptFollower: boolean;
  /** A controller named it as the leader. */
  readonly isNamed: boolean;
  /** In the configured list, of the address that was taken from it last. */
  readonly index: number;
  /** In a row, without a controller that stayed. */
  readonly failures: number;
  /** It follows from what a controller has just said: no pause goes before it. */
  readonly isAtOnce: boolean;
  /** One such was had since a controller stayed. */
  readonly hasFollowed: boolean;
}

export interface StreamOutcome {
  /** For how long the controller answered before the stream ended; undefined: it never did. */
  readonly connectedMs: number | undefined;
  readonly error: unknown;
}

const firstPauseMs = 100;
const lastPauseMs = 2_000;
/** A controller that answered for so long has stayed: what went wrong before is forgotten. */
const stayedMs = 1_000;

/** Exponential from 100 ms to 2 s, jittered between half and the whole of it. */
export function pauseMs({ failures, isAtOnce }: Attempt, rng: Rng): Milliseconds {
  if (isAtOnce || failures === 0) return milliseconds(0);
  const ceiling = Math.min(lastPauseMs, firstPauseMs * 2 ** (failures - 1));
  return milliseconds(ceiling * (0.5 + rng() / 2));
}

/** Many that start together begin all over the list. */
export function firstAttempt(addresses: readonly string[], rng: Rng): Attempt {
  const index = Math.floor(rng() * addresses.length);
  const fresh = { acceptFollower: false, isNamed: false, failures: 0, isAtOnce: false, hasFollowed: false };
  return { ...fresh, address: addresses[index] ?? '', index };
}

/**
 * The leader that a controller named, else the next of the list. Where any will do, it is asked for once nobody leads or the
 * leader that was named can't be had: of the controller that said so; and once the whole list was tried in vain. What a
 * controller has just said is acted on at once, the first time.
 */
export function nextAttempt(
  addresses: readonly string[],
  last: Attempt,
  { connectedMs, error }: StreamOutcome,
  target: ControllerTarget,
): Attempt {
  const stayed = connectedMs !== undefined && connectedMs >= stayedMs;
  const hasFollowed = last.hasFollowed && !stayed;
  const failures = stayed ? 1 : last.failures + 1;
  const follow = { failures, isAtOnce: !hasFollowed, hasFollowed: true };
  const pause = { failures, isAtOnce: false, hasFollowed };
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
  const isInVain = connectedMs === undefined && (last.acceptFollower || failures >= addresses.length);
  const acceptFollower = target === 'any' && isInVain;
  return { ...pause, ...at((last.index + 1) % addresses.length), acceptFollower };
}
