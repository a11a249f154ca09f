// Chooses the controller for the next attempt of a call, from the outcome of the last attempt. Pure.

import { ParetoError } from '@pareto/core';
import { isNotSent } from '../transport/connection-error.js';

/** An attempt of a call. */
export interface Step {
  readonly address: string;
  /** Index in the list of the last controller that was taken from the list. */
  readonly index: number;
  /** Set if another controller named this one as the leader. */
  readonly isNamed: boolean;
  /** Number of consecutive redirects to a leader without a pause. */
  readonly hops: number;
  /** Number of consecutive controllers of the list that could not be reached. */
  readonly notReached: number;
  /** Set if a controller has responded to this call. */
  readonly isAnswered: boolean;
}

/** The meaning of a failure for the next attempt. */
export type FailureKind =
  /** The call was not executed; the controller at `address` leads. */
  | { readonly kind: 'leader'; readonly address: string }
  /** The call was not executed, because no controller leads. */
  | { readonly kind: 'no-leader' }
  /** The call was not executed, because the controller could not be reached. */
  | { readonly kind: 'not-reached' }
  /** The connection was lost or timed out, so the call may have been executed. */
  | { readonly kind: 'outcome-unknown' }
  /** The error goes to the caller, without another attempt. */
  | { readonly kind: 'final' };

/** The decision after a failed attempt. */
export type Next =
  | { readonly kind: 'step'; readonly step: Step; readonly pauseMs: number }
  | { readonly kind: 'give-up' }
  /** No controller of the list could be reached. */
  | { readonly kind: 'unreachable' };

/** Trailer of an error: host:port of the leader. Empty if no controller leads now. */
const leaderKey = 'pareto-leader';

/** Classifies the error of an attempt. `isConnected`: the channel was connected when the call started. */
export function classifyFailure(error: unknown, isConnected: boolean): FailureKind {
  if (!(error instanceof ParetoError)) return { kind: 'final' };
  const leader = leaderOf(error);
  if (leader === '') return { kind: 'no-leader' };
  if (leader !== undefined) return { kind: 'leader', address: leader };
  // The attempt's own deadline may be shorter than that of the call.
  if (error.code === 'deadline-exceeded') return { kind: 'outcome-unknown' };
  if (error.code !== 'unavailable') return { kind: 'final' };
  return { kind: !isConnected || isNotSent(error) ? 'not-reached' : 'outcome-unknown' };
}

/**
 * Reads the leader from the error of a controller that does not lead: host:port, or empty if no controller leads now.
 * Undefined for any other error.
 */
export function leaderOf(error: unknown): string | undefined {
  if (!(error instanceof ParetoError)) return undefined;
  const leader = error.details[leaderKey];
  if (error.code === 'failed-precondition') return leader;
  return error.code === 'unavailable' && leader === '' ? '' : undefined;
}

/**
 * Creates the error that `leaderOf` reads. If `leader` is undefined, no controller leads now, and `advice` is what to
 * do.
 */
export const notLeaderError = (leader: string | undefined, advice = 'retry'): ParetoError =>
  leader === undefined
    ? new ParetoError('unavailable', `no controller leads now: ${advice}`, { details: { [leaderKey]: '' } })
    : new ParetoError('failed-precondition', `this controller does not lead; call ${leader}`, {
        details: { [leaderKey]: leader },
      });

/**
 * Returns the first attempt of a call: at the controller that accepted the last call (`accepted`), or else the first of
 * the list.
 */
export const startSteps = (addresses: readonly string[], accepted?: Step): Step => ({
  ...(accepted ?? { address: addresses[0] ?? '', index: 0, isNamed: false }),
  ...{ hops: 0, notReached: 0, isAnswered: false },
});

const maxHops = 3;
/** Pause before the next attempt. An election takes a second or more. */
const waitMs = 250;

/** Decides what to do after an attempt failed. */
export function nextStep(addresses: readonly string[], last: Step, failure: FailureKind, isRepeatable: boolean): Next {
  switch (failure.kind) {
    case 'final':
      return { kind: 'give-up' };
    case 'leader': {
      const isImmediate = last.hops < maxHops && failure.address !== last.address;
      const step = { ...last, address: failure.address, isNamed: true, notReached: 0, isAnswered: true };
      return {
        kind: 'step',
        step: { ...step, hops: isImmediate ? last.hops + 1 : 0 },
        pauseMs: isImmediate ? 0 : waitMs,
      };
    }
    case 'no-leader':
      return stepInList(addresses, { ...last, notReached: 0, isAnswered: true }, last.index + 1, waitMs);
    case 'outcome-unknown':
      return isRepeatable
        ? stepInList(addresses, { ...last, isAnswered: true }, last.index + 1, waitMs)
        : { kind: 'give-up' };
    case 'not-reached':
      return afterNotReached(addresses, last);
  }
}

function afterNotReached(addresses: readonly string[], last: Step): Next {
  // The controller that named this leader is reachable, and will soon name another leader.
  if (last.isNamed) return stepInList(addresses, last, last.index, last.isAnswered ? waitMs : 0);
  const notReached = last.notReached + 1;
  if (notReached < addresses.length) return stepInList(addresses, { ...last, notReached }, last.index + 1, 0);
  return last.isAnswered
    ? stepInList(addresses, { ...last, notReached: 0 }, last.index + 1, waitMs)
    : { kind: 'unreachable' };
}

function stepInList(addresses: readonly string[], last: Step, next: number, pauseMs: number): Next {
  const index = next % addresses.length;
  const step = { ...last, address: addresses[index] ?? '', index, isNamed: false, hops: 0 };
  return { kind: 'step', step, pauseMs };
}
