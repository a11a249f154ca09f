// Sends a query to one replica, updates the load and state of the worker, and decides about retries.

import { ParetoError, type Milliseconds, type ReplicaRoute } from '@pareto/core';
import { latencyLeftMs, mayRetry, type Admission, type FailedAttempt, type QueryEnd } from '@pareto/policy';
import type { RoutedDecision } from '@pareto/protocol';
import type { DecisionId } from '../decisions/decision-id.js';
import type { Outcome } from '../decisions/decision-log.js';
import { elapsedSince } from './select-and-admit.js';
import type { HeldQuery } from './held-query.js';
import type { LinkOutcome, OnOutcome } from '../workers/worker-link.js';
import { remainingMs, type ResolvedQuery, type ClientQuery } from '../resolve/resolve.js';
import type { RouterCore } from './router-core.js';

/** The state of a query that a worker has. */
export interface SentQuery {
  readonly kind: 'sent';
  readonly decision: DecisionId;
  /** The text of the id. */
  readonly decisionId: string;
  /** Trace context for the worker. */
  readonly traceparent: string | undefined;
  readonly resolved: ResolvedQuery;
  /** Set if the query was held before. */
  readonly held: HeldQuery | undefined;
  readonly replica: ReplicaRoute;
  readonly selection: Extract<Admission, { kind: 'forward' }>['selection'];
  /** Set unless the query was held, or lost by a worker: the prediction then covers its whole latency. */
  readonly isTimed: boolean;
  readonly sentAt: Milliseconds;
}

type Failure = Exclude<LinkOutcome, { kind: 'answered' }>;

/** Sends the query to its replica. Calls `done` once, perhaps before it returns. */
export function forward(core: RouterCore, query: ClientQuery, sent: SentQuery, done: OnOutcome): void {
  const { replica, decision } = sent;
  core.decisions.sentTo(decision, replica.worker);
  const forwarded = {
    payload: query.payload,
    request: query.request,
    decision: decisionOf(core, query, sent),
    traceparent: sent.traceparent,
    timeoutMs: remainingMs(query, sent.sentAt),
    cancellation: query.call.cancellation,
  };
  core.workers.infer(replica, forwarded, done);
}

/** Updates the load and the state of the replica after a query has ended there. Returns the time of the end. */
export function recordOutcome(core: RouterCore, sent: SentQuery, outcome: LinkOutcome): Milliseconds {
  const { replica, selection, decision, sentAt } = sent;
  const { items, objective } = sent.resolved;
  const now = core.clock.now();
  const { reply } = outcome;
  const end = endOf(outcome);
  if (end === 'refused') recordLate(core, decision);
  const ended = {
    kind: 'ended' as const,
    replica: replica.id,
    items,
    end,
    load: reply?.load,
    hopMs: reply === undefined || reply.tookMs === 0 ? undefined : now - sentAt - reply.tookMs,
    errorMs: end === 'answered' ? now - sentAt - (selection.predictedMs - selection.elapsedMs) : undefined,
    hasWaited: selection.waitMs > 0,
    isLate: end === 'answered' && selection.elapsedMs + now - sentAt > objective.latencyMs,
  };
  core.loads.apply(ended, now);
  applyOutcome(core, outcome, replica);
  // A replica that has refused a query has no more time than before: two held queries would take turns without end.
  if (end !== 'refused') core.holds.resume();
  return now;
}

function recordLate({ decisions, metrics }: RouterCore, decision: DecisionId): void {
  decisions.late(decision);
  metrics.decisions.add(1, { outcome: 'late' satisfies Outcome });
}

function endOf(outcome: LinkOutcome): QueryEnd {
  if (outcome.kind === 'answered') return 'answered';
  if (outcome.kind === 'refused') return 'refused';
  if (outcome.kind !== 'failed' || !(outcome.error instanceof ParetoError)) return 'undelivered';
  // A worker of an older release does not mark its refusals.
  if (outcome.error.code === 'resource-exhausted') return 'refused';
  return outcome.error.code === 'internal' ? 'failed' : 'undelivered';
}

function decisionOf(core: RouterCore, query: ClientQuery, sent: SentQuery): RoutedDecision {
  const { candidate, degraded } = sent.selection;
  // A query that was held or lost has its whole latency again: a late answer is better than none.
  const elapsedMs = sent.isTimed ? elapsedSince(core, query, sent.sentAt) : 0;
  const { loads } = core.policy;
  const wayMsOf = (latencyMs: number): number => loads.wayMsOf(sent.replica.id, latencyMs);
  return {
    decisionId: sent.decisionId,
    replica: sent.replica.id,
    variant: candidate.variant,
    accuracy: candidate.accuracy?.value,
    coldStart: sent.held !== undefined,
    degraded,
    latencyLeftMs: latencyLeftMs(sent.resolved.objective, elapsedMs, sent.selection, wayMsOf),
  };
}

/** Marks an unresponsive worker, or a replica that rejected the query, so that further queries avoid it. */
function applyOutcome(core: RouterCore, outcome: LinkOutcome, replica: ReplicaRoute): void {
  if (outcome.kind === 'lost' && !outcome.isReset)
    core.workers.suspect(replica.address, 'connection-lost', outcome.error);
  if (outcome.kind !== 'not-executed') return;
  if (outcome.isUnreachable) core.workers.suspect(replica.address, 'unreachable', outcome.error);
  else if (outcome.isFull) core.loads.apply({ kind: 'full', replica: replica.id });
  else core.loads.apply({ kind: 'down', replica: replica.id });
}

/**
 * Returns whether the query may be retried after `attempts`, of which `losses` ended with the loss of the worker. If so, takes a
 * token from the retry budget.
 */
export function tryTakeRetry(
  core: RouterCore,
  failure: Failure,
  query: ClientQuery,
  { attempts, losses }: Pick<FailedAttempt, 'attempts' | 'losses'>,
): boolean {
  const { retryBudget, params, metrics } = core;
  const { kind } = failure;
  const failed = {
    outcome: kind === 'not-executed' && failure.isUnreachable ? 'not-sent' : kind,
    requestBytes: query.payload.length,
    attempts,
    losses,
    isGivenUp: query.call.cancellation.aborted,
    retryBudget: retryBudget.tokens,
  } as const;
  if (!mayRetry(failed, params.retry)) return false;
  retryBudget.tokens -= 1;
  metrics.retries.add(1, { reason: kind });
  return true;
}

/** Returns the error for the caller of a query that is not retried. */
export function failureOf(outcome: Failure, bytes: number): unknown {
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
