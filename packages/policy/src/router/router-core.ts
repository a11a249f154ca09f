// The core of a router: all that it decides about queries, as a reducer. It owns the view of the loads, the held queries, the
// retry budget and the counts of demand. A router is a shell around it: messages and timers become events, and effects become messages.

import {
  groupBy,
  type CongestionPrices,
  type ErrorCode,
  type Objective,
  type ReplicaLoad,
  type ReplicaRoute,
  type Rng,
} from '@pareto/core';
import { isDueToDeadline, type HoldUsage } from '../admit/admit.js';
import { createQueryPolicy, type Decision, type Forwarding, type QueryPolicyParams } from '../admit/query-policy.js';
import { mayRetry, refillRetryBudget, type FailedAttempt, type RetryParams } from '../retry/may-retry.js';
import { latencyLeftMs } from '../route/latency-left.js';
import type { LoadEvent } from '../route/load-event.js';
import type { ReplicaLoads } from '../route/replica-loads.js';
import { createTrace, type DecisionTrace } from '../select/trace.js';
import { failedOutcomes, failureCodeOf, queryEndOf } from './attempt-end.js';
import { createHeldQueries, type HoldParams } from './held-queries.js';
import { createRouterDemand, type RouterDemandParams } from './router-demand.js';
import type { ReportedLoad, RouterEffect, RouterEvent } from './router-event.js';
import { admissionObjective, resolvedOf, sentOf, type RouterQuery, type TrackedQuery } from './router-query.js';

export interface RouterParams extends QueryPolicyParams {
  readonly retry: RetryParams;
  readonly hold: HoldParams;
  readonly demand: RouterDemandParams;
}

/** Receives each decision on a query when it is made. The trace is overwritten by the next one. */
export type OnDecision<H> = (
  query: RouterQuery<H>,
  decision: Decision,
  objective: Objective,
  trace: DecisionTrace,
) => void;

export interface RouterCore<H> {
  readonly loads: ReplicaLoads;
  /** Queries that are held now, always the same object. */
  readonly held: HoldUsage;
  /** Time at which a `tick` is due. Infinity before the first one. */
  readonly dueAt: number;
  /** Replicas of the table by the address of their worker. */
  readonly replicas: ReadonlyMap<string, readonly ReplicaRoute[]>;
  /**
   * Applies an event at time `now`, and appends what has to be done, in order, to `effects`. An effect may be the reason of
   * further events, which are applied after this call.
   */
  apply(event: RouterEvent<H>, now: number, effects: RouterEffect<H>[]): void;
}

type EndedEvent<H> = Extract<RouterEvent<H>, { kind: 'ended' }>;
type ReportedEvent<H> = Extract<RouterEvent<H>, { kind: 'reported' }>;

const notHeld: HoldUsage = { count: 0, bytes: 0 };

/**
 * Creates a core without a table. The same events give the same effects, with the same random numbers. Without `onDecision`, no
 * traces are recorded.
 */
export function createRouterCore<H>(params: RouterParams, rng: Rng, onDecision?: OnDecision<H>): RouterCore<H> {
  type Query = TrackedQuery<H>;
  type Effects = RouterEffect<H>[];
  const policy = createQueryPolicy(params, rng);
  const { loads } = policy;
  const demand = createRouterDemand(params.demand);
  const held = createHeldQueries<H>({ params: params.hold, demand });
  const trace = onDecision && createTrace();
  let congestion: CongestionPrices | undefined;
  let retryBudget = params.retry.initialBudget;

  /** `isHeld` states that the query needs no place among the held ones. */
  function decideOn(query: Query, lagMs: number, isHeld: boolean, now: number): Decision {
    const { isTimed, attempts, receivedAt, requestBytes } = query;
    const { entry, items, shapes, objective: requested } = resolvedOf(query);
    const objective = isTimed ? admissionObjective(query, requested) : requested;
    const asked = {
      items,
      shapes,
      objective,
      congestion,
      elapsedMs: isTimed ? now - receivedAt + lagMs : 0,
      held: isHeld ? notHeld : held.usage,
      requestBytes,
      isNew: attempts === 0 && !isHeld,
      isPatient: !isTimed,
    };
    const decision = policy.decide(entry, asked, now, trace);
    if (trace !== undefined) onDecision?.(query, decision, objective, trace);
    return decision;
  }
  function send(query: Query, decision: Forwarding, lagMs: number, now: number, effects: Effects): void {
    const { selection, replica } = decision;
    const resolved = resolvedOf(query);
    query.stage = 'sent';
    query.sent = decision;
    query.sentAt = now;
    const elapsedMs = query.isTimed ? now - query.receivedAt + lagMs : 0;
    const wayMsOf = (latencyMs: number): number => loads.wayMsOf(replica.id, latencyMs);
    const leftMs = latencyLeftMs(resolved.objective, elapsedMs, selection, wayMsOf);
    if (selection.missed !== undefined) demand.missed(resolved, selection.missed.variant, now);
    effects.push({ kind: 'forward', query, latencyLeftMs: leftMs });
  }
  /** Ends a query with an error. */
  function endWith(query: Query, code: ErrorCode): void {
    query.stage = 'ended';
    if (query.resolved !== undefined) demand.ended(query.resolved, code);
  }
  function refuse(query: Query, refusal: Extract<Decision, { kind: 'refuse' }>, now: number, effects: Effects): void {
    const resolved = resolvedOf(query);
    const objective = admissionObjective(query, resolved.objective);
    const code = isDueToDeadline(refusal, resolved.objective, objective) ? 'deadline-exceeded' : refusal.code;
    endWith(query, code);
    effects.push({ kind: 'refuse', query, refusal, code, objective, elapsedMs: now - query.receivedAt });
  }
  function route(query: Query, lagMs: number, now: number, effects: Effects): void {
    if (now >= query.deadlineAt) {
      endWith(query, 'deadline-exceeded');
      effects.push({ kind: 'expire', query });
      return;
    }
    const decision = decideOn(query, lagMs, false, now);
    if (decision.kind === 'forward') send(query, decision, lagMs, now, effects);
    else if (decision.kind === 'refuse') refuse(query, decision, now, effects);
    else held.hold(query, decision.selection.candidate.variant, now, effects);
  }

  /** Decides again on a held query. Returns whether it is not held any more: it stays while the loaded replica is busy. */
  function tryResume(query: Query, now: number, effects: Effects): boolean {
    const decision = decideOn(query, 0, true, now);
    if (decision.kind === 'forward') {
      send(query, decision, 0, now, effects);
      return true;
    }
    if (decision.kind === 'refuse') {
      if (decision.cause === 'overloaded' || decision.cause === 'backlogged') return false;
      refuse(query, decision, now, effects);
      return true;
    }
    const { variant } = decision.selection.candidate;
    if (variant !== query.awaited) held.changeVariant(query, variant, now, effects);
    return false;
  }
  function resume(maxFailures: number, now: number, effects: Effects): void {
    if (held.usage.count > 0) held.resume((query) => tryResume(query, now, effects), maxFailures);
  }

  /** Applies the loads of a worker. Then there may be more time for held queries, and for all if a replica is new. */
  function report({ address, loads: reported }: ReportedEvent<H>, now: number, effects: Effects): void {
    const before = effects.length;
    const loadOf = loadsById(reported);
    for (const { id } of core.replicas.get(address) ?? [])
      loads.apply({ kind: 'reported', replica: id, load: loadOf(id) }, now, effects);
    resume(effects.length > before ? Infinity : params.hold.maxFailures, now, effects);
  }
  function lose(address: string, now: number, effects: Effects): void {
    for (const { id } of core.replicas.get(address) ?? []) loads.apply({ kind: 'down', replica: id }, now, effects);
  }

  /** Updates the load of the replica after a query has ended there. */
  function updateLoad(query: Query, event: EndedEvent<H>, now: number, effects: Effects): void {
    const { sentAt } = query;
    const { replica, selection } = sentOf(query);
    const { items, objective } = resolvedOf(query);
    const { end, code, load, tookMs } = event;
    const isAnswered = end === 'answered';
    const ended: LoadEvent = {
      kind: 'ended',
      replica: replica.id,
      items,
      end: queryEndOf(end, code),
      load,
      hopMs: tookMs === 0 ? undefined : now - sentAt - tookMs,
      errorMs: isAnswered ? now - sentAt - (selection.predictedMs - selection.elapsedMs) : undefined,
      hasWaited: selection.waitMs > 0,
      isLate: isAnswered && selection.elapsedMs + now - sentAt > objective.latencyMs,
    };
    loads.apply(ended, now, effects);
    if (end === 'full') loads.apply({ kind: 'full', replica: replica.id }, now, effects);
    if (end === 'not-executed') loads.apply({ kind: 'down', replica: replica.id }, now, effects);
    if (end !== 'lost' && end !== 'unreachable') return;
    lose(replica.address, now, effects);
    effects.push({ kind: 'suspect', query, reason: end === 'lost' ? 'connection-lost' : 'unreachable' });
  }
  /** Returns whether the query is retried after an outcome, which takes a token from the retry budget. */
  function tryTakeRetry(query: Query, outcome: FailedAttempt['outcome'], isGivenUp: boolean): boolean {
    const { requestBytes, attempts, losses } = query;
    if (!mayRetry({ outcome, requestBytes, attempts, losses, isGivenUp, retryBudget }, params.retry)) return false;
    retryBudget -= 1;
    return true;
  }
  function end(query: Query, event: EndedEvent<H>, now: number, effects: Effects): void {
    const { selection } = sentOf(query);
    const isRefused = queryEndOf(event.end, event.code) === 'refused';
    if (isRefused) {
      effects.push({ kind: 'late', query });
      const { entry, items, objective: requested } = resolvedOf(query);
      const objective = admissionObjective(query, requested);
      if (query.isTimed) policy.refused(entry, { items, objective }, sentOf(query), now);
    }
    updateLoad(query, event, now, effects);
    // A replica that has refused a query has no more time than before: two held queries would take turns without end.
    if (!isRefused) resume(params.hold.maxFailures, now, effects);
    if (event.end === 'answered') {
      query.stage = 'ended';
      const latencyMs = now - query.receivedAt;
      demand.answered(resolvedOf(query), selection.candidate.variant, latencyMs);
      const predictedMs = query.isTimed ? selection.predictedMs + selection.marginMs : undefined;
      effects.push({ kind: 'answer', query, latencyMs, predictedMs });
      return;
    }
    if (event.end === 'refused' && query.hold !== undefined)
      return held.hold(query, selection.candidate.variant, now, effects);
    const outcome = failedOutcomes[event.end];
    query.attempts += 1;
    if (outcome === 'lost') query.losses += 1;
    if (outcome !== 'refused') query.isTimed = false;
    if (outcome !== 'failed' && tryTakeRetry(query, outcome, event.isGivenUp)) {
      query.stage = 'again';
      effects.push({ kind: 'resolve', query, retryOf: outcome });
      return;
    }
    endWith(query, failureCodeOf(event.end, event.code));
    effects.push({ kind: 'fail', query });
  }
  function leave(query: Query, code: ErrorCode): void {
    held.leave(query);
    endWith(query, code);
  }

  // Without getters, with which all methods of a literal are looked up slowly.
  const core: { -readonly [K in keyof RouterCore<H>]: RouterCore<H>[K] } = {
    loads,
    held: held.usage,
    dueAt: demand.dueAt,
    replicas: new Map(),
    apply(event, now, effects) {
      applyEvent(event, now, effects);
      core.dueAt = demand.dueAt;
    },
  };
  return core;

  function applyEvent(event: RouterEvent<H>, now: number, effects: Effects): void {
    switch (event.kind) {
      case 'table':
        loads.apply(event, now, effects);
        ({ congestion } = event.table);
        core.replicas = groupBy(event.table.replicas, ({ address }) => address);
        return held.resolveAgain(effects);
      case 'linked':
        return resume(Infinity, now, effects);
      case 'resolved': {
        const query: Query = event.query;
        query.resolved = event.resolved;
        if (query.stage === 'held') return;
        if (query.stage === 'arrived') {
          retryBudget = refillRetryBudget(retryBudget, params.retry);
          demand.offered(event.resolved);
        }
        return route(query, event.lagMs, now, effects);
      }
      case 'ended':
        return end(event.query, event, now, effects);
      case 'left':
        return leave(event.query, event.code);
      case 'hold-timeout':
        return held.timeOut(event.query, effects);
      case 'reported':
        return report(event, now, effects);
      case 'lost':
        return lose(event.address, now, effects);
      case 'draining':
        return held.drain(effects);
      case 'tick': {
        const report = demand.tick(event.limitsReached, now);
        if (report !== undefined) effects.push({ kind: 'report', report });
        return;
      }
      case 'report-sent':
        return demand.sent(event.isSent);
    }
  }
}

/** Number of loads up to which a search takes less time than a map. */
const fewLoads = 8;

/** Returns a function that returns the load of a replica. */
function loadsById(reported: readonly ReportedLoad[]): (id: string) => ReplicaLoad | undefined {
  if (reported.length <= fewLoads) return (id) => reported.find(({ replicaId }) => replicaId === id);
  const byReplica = new Map(reported.map((load) => [load.replicaId, load]));
  return (id) => byReplica.get(id);
}
