// One send of a query to a replica: the message, and what its outcome means.

import { milliseconds, ParetoError } from '@pareto/core';
import { sentOf, type AttemptEnd, type RouterEvent, type RouterQuery } from '@pareto/policy';
import type { ClientQuery } from '../resolve/resolve.js';
import type { ForwardedQuery, LinkOutcome } from '../workers/worker-link.js';
import type { CoreQuery } from '../core/core-driver.js';

interface SendOptions {
  /** The text of the decision's id. */
  readonly decisionId: string;
  /** Trace context for the worker. */
  readonly traceparent: string | undefined;
  /** Time that the objective leaves to the worker. */
  readonly latencyLeftMs: number;
}

/** Returns the message to the replica that the core has chosen. */
export function messageOf(
  { payload, request, call: { cancellation } }: ClientQuery,
  state: RouterQuery<CoreQuery>,
  { decisionId, traceparent, latencyLeftMs }: SendOptions,
): ForwardedQuery {
  const { replica, selection } = sentOf(state);
  const { candidate, degraded } = selection;
  return {
    payload,
    request,
    decision: {
      decisionId,
      replica: replica.id,
      variant: candidate.variant,
      accuracy: candidate.accuracy?.value,
      costPer1k: candidate.costPer1k,
      coldStart: state.hold !== undefined,
      degraded,
      latencyLeftMs,
    },
    traceparent,
    timeoutMs: state.deadlineAt === Infinity ? undefined : milliseconds(Math.max(0, state.deadlineAt - state.sentAt)),
    cancellation,
  };
}

/** Returns the event for the end of a send. */
export function endedEvent(
  query: RouterQuery<CoreQuery>,
  outcome: LinkOutcome,
  isGivenUp: boolean,
): RouterEvent<CoreQuery> {
  const { reply } = outcome;
  const code = outcome.kind !== 'answered' && outcome.error instanceof ParetoError ? outcome.error.code : undefined;
  return { kind: 'ended', query, end: endOf(outcome), code, load: reply?.load, tookMs: reply?.tookMs ?? 0, isGivenUp };
}

function endOf(outcome: LinkOutcome): AttemptEnd {
  switch (outcome.kind) {
    case 'not-executed':
      if (outcome.isUnreachable) return 'unreachable';
      return outcome.isFull ? 'full' : 'not-executed';
    case 'lost':
      return outcome.isReset ? 'reset' : 'lost';
    case 'answered':
    case 'refused':
    case 'failed':
      return outcome.kind;
  }
}

/** Returns the error for the caller of a query of so many bytes that is not retried. */
export function failureOf(outcome: Exclude<LinkOutcome, { kind: 'answered' }>, bytes: number): unknown {
  if (outcome.kind === 'failed' || outcome.kind === 'refused') return outcome.error;
  const { error, kind } = outcome;
  if (kind === 'not-executed' && outcome.isFull) return error;
  const failure =
    kind === 'lost' ? `failed while it ran this request of ${bytes} bytes` : 'did not execute the request';
  // The name of the worker, by default its address, is in the decision that the client may explain.
  return new ParetoError('unavailable', `the worker ${failure}; retry the request`, {
    cause: error,
    details: error.details,
  });
}
