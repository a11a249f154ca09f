// Which controller a call goes to next, after what became of it at the last. Pure.

import { ParetoError } from '@pareto/core';
import { isNotSent } from './not-sent.js';

export interface Step {
  readonly address: string;
  /** In the list, of the controller that was taken from it last. */
  readonly index: number;
  /** A controller named it as the leader. */
  readonly isNamed: boolean;
  /** Leaders followed in a row without a pause. */
  readonly hops: number;
  /** Controllers of the list that could not be reached, in a row. */
  readonly notReached: number;
  /** Some controller has answered this call. */
  readonly isAnswered: boolean;
}

/** What a failure says of the controller that it came from, and of the call. */
export type FailureKind =
  /** Not done: this one leads. */
  | { readonly kind: 'leader'; readonly address: string }
  /** Not done: nobody leads. */
  | { readonly kind: 'no-leader' }
  /** Not done: it can't be reached. */
  | { readonly kind: 'not-reached' }
  /** It went away: done or not. */
  | { readonly kind: 'outcome-unknown' }
  /** The controller's last word, or the caller's. */
  | { readonly kind: 'final' };

export type Next =
  | { readonly kind: 'step'; readonly step: Step; readonly pauseMs: number }
  | { readonly kind: 'give-up' }
  /** No controller of the list could be reached. */
  | { readonly kind: 'unreachable' };

/** In the trailers of a refusal: host:port of the controller that leads. Empty if no controller leads now. */
const leaderKey = 'pareto-leader';
/**
 * Release 0.1 sends no `pareto-leader` when no controller leads, and recognises the error by these first words. Both this text and
 * the check for it may go once no component of release 0.1 can be in the cluster.
 */
const nobodyLeads = 'no controller leads now';

/** `isConnected`: there was a connection when the call was made. */
export function classifyFailure(error: unknown, isConnected: boolean): FailureKind {
  if (!(error instanceof ParetoError)) return { kind: 'final' };
  const leader = leaderOf(error);
  if (leader === '') return { kind: 'no-leader' };
  if (leader !== undefined) return { kind: 'leader', address: leader };
  // Its own deadline may be shorter than the call's.
  if (error.code === 'deadline-exceeded') return { kind: 'outcome-unknown' };
  if (error.code !== 'unavailable') return { kind: 'final' };
  return { kind: !isConnected || isNotSent(error) ? 'not-reached' : 'outcome-unknown' };
}

/**
 * What a controller that does not lead says of who does: host:port, or empty when nobody does now. Undefined: the error
 * says nothing of it.
 */
export function leaderOf(error: unknown): string | undefined {
  if (!(error instanceof ParetoError)) return undefined;
  const leader = error.details[leaderKey];
  if (error.code === 'failed-precondition') return leader;
  if (error.code !== 'unavailable') return undefined;
  return leader === '' || error.message.startsWith(nobodyLeads) ? '' : undefined;
}

/** Returns the error that `leaderOf` reads. If `leader` is undefined, no controller leads now, and `advice` says what to do. */
export const notLeaderError = (leader: string | undefined, advice = 'try again'): ParetoError =>
  leader === undefined
    ? new ParetoError('unavailable', `${nobodyLeads}: ${advice}`, { details: { [leaderKey]: '' } })
    : new ParetoError('failed-precondition', `this controller does not lead: ask ${leader}`, {
        details: { [leaderKey]: leader },
      });

/** Begins where the last call was taken. */
export const startSteps = (addresses: readonly string[], taken?: Step): Step => ({
  address: taken?.address ?? addresses[0] ?? '',
  index: taken?.index ?? 0,
  isNamed: taken?.isNamed ?? false,
  hops: 0,
  notReached: 0,
  isAnswered: false,
});

const mostHops = 3;
/** Elections take a second or more. */
const waitMs = 250;

export function nextStep(addresses: readonly string[], last: Step, failure: FailureKind, isRepeatable: boolean): Next {
  switch (failure.kind) {
    case 'final':
      return { kind: 'give-up' };
    case 'leader': {
      const isFree = last.hops < mostHops && failure.address !== last.address;
      const step = { ...last, address: failure.address, isNamed: true, notReached: 0, isAnswered: true };
      return { kind: 'step', step: { ...step, hops: isFree ? last.hops + 1 : 0 }, pauseMs: isFree ? 0 : waitMs };
    }
    case 'no-leader':
      return ofList(addresses, { ...last, notReached: 0, isAnswered: true }, last.index + 1, waitMs);
    case 'outcome-unknown':
      return isRepeatable
        ? ofList(addresses, { ...last, isAnswered: true }, last.index + 1, waitMs)
        : { kind: 'give-up' };
    case 'not-reached':
      return afterNotReached(addresses, last);
  }
}

function afterNotReached(addresses: readonly string[], last: Step): Next {
  // Whoever named it answers, and will soon know another.
  if (last.isNamed) return ofList(addresses, last, last.index, last.isAnswered ? waitMs : 0);
  const notReached = last.notReached + 1;
  if (notReached < addresses.length) return ofList(addresses, { ...last, notReached }, last.index + 1, 0);
  return last.isAnswered
    ? ofList(addresses, { ...last, notReached: 0 }, last.index + 1, waitMs)
    : { kind: 'unreachable' };
}

function ofList(addresses: readonly string[], last: Step, next: number, pauseMs: number): Next {
  const index = next % addresses.length;
  const step = { ...last, address: addresses[index] ?? '', index, isNamed: false, hops: 0 };
  return { kind: 'step', step, pauseMs };
}
