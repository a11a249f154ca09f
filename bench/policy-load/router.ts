// One router in virtual time: its view of the loads, its decisions, and the queries that it holds.

import {
  resolveObjective,
  type PartialObjective,
  type ReplicaId,
  type ReplicaLoad,
  type ReplicaRoute,
  type Rng,
  type RoutingTable,
  type VariantId,
  type WorkerId,
} from '@pareto/core';
import {
  createHoldQueue,
  createQueryPolicy,
  defaultAdmitParams,
  defaultRetryParams,
  defaultRouteParams,
  latencyLeftMs,
  mayRetry,
  objectiveClass,
  preferenceOf,
  refillRetryBudget,
  type Decision,
  type HeldEntry,
  type LoadEffect,
} from '@pareto/policy';
import type { DemandRecorder } from './demand-recorder.js';
import type { EventQueue } from './event-queue.js';
import type { ClientQuery, QueryEnd, Resolved } from './query.js';

/** A query of this router. */
export interface RoutedQuery extends ClientQuery {
  /** Number of times that it was sent without success, other than while it was held. */
  attempts: number;
  /** Set until the query is held, or not executed: then its objective counts from there. */
  isTimed: boolean;
  /** Set if a worker has dropped the query after it was queued there last. */
  isDropped: boolean;
  /** Set once the query was held. */
  hold: Hold | undefined;
}

interface Hold {
  readonly entry: HeldEntry<RoutedQuery>;
  readonly endsAt: number;
  /** Variant that it waits for. Undefined while it does not wait. */
  awaited: VariantId | undefined;
  /** Ends its count as demand for the variant. */
  stopCounting: () => void;
}

type Forward = Extract<Decision, { kind: 'forward' }>;

/** A query that was sent to a replica. */
export interface SentQuery {
  readonly query: RoutedQuery;
  readonly replica: ReplicaRoute;
  readonly selection: Forward['selection'];
  readonly sentAt: number;
  /** Time that the worker has. */
  readonly leftMs: number;
}

/**
 * Reply of a worker. `refused`: it rejected the query when it arrived. `missed`: it rejected the query later. `full`: the queue has
 * no room. `not-executed`: the replica accepts no queries.
 */
export interface Reply {
  readonly end: 'answered' | 'refused' | 'missed' | 'full' | 'not-executed';
  readonly load: ReplicaLoad | undefined;
  /** Time that the query spent at the worker. */
  readonly tookMs: number;
}

export interface SettledQuery {
  readonly end: QueryEnd;
  readonly latencyMs: number;
  /** Latency that was promised. Undefined if none was for the whole latency. */
  readonly promisedMs: number | undefined;
}

export interface RouterOptions {
  readonly events: EventQueue;
  readonly rng: Rng;
  readonly demand: DemandRecorder;
  readonly send: (sent: SentQuery, now: number) => void;
  readonly onSettled: (query: RoutedQuery, settled: SettledQuery, now: number) => void;
}

export interface Router {
  setTable(table: RoutingTable, now: number): void;
  arrived(query: ClientQuery, now: number): void;
  replied(sent: SentQuery, reply: Reply, now: number): void;
  /** Applies the loads of a worker's ready replicas. */
  reported(worker: WorkerId, loads: ReadonlyMap<ReplicaId, ReplicaLoad>, now: number): void;
}

const requestBytes = 1_000;
const nothingHeld = { count: 0, bytes: 0 };
/** Default of the flag `--max-hold-ms` of routers. */
const maxHoldMs = 30_000;
/** Number of groups of held queries that are decided again without success when a query has ended. */
const maxFailures = 4;

export function createRouter({ events, rng, demand, send, onSettled }: RouterOptions): Router {
  const policy = createQueryPolicy({ admit: defaultAdmitParams, route: defaultRouteParams }, rng);
  const holds = createHoldQueue<RoutedQuery>();
  const effects: LoadEffect[] = [];
  let table: RoutingTable | undefined;
  let retryBudget = defaultRetryParams.initialBudget;
  let resolved = new Map<string, Map<PartialObjective, Resolved>>();

  function resolve({ target, stated }: ClientQuery): Resolved {
    const ofTarget = resolved.get(target) ?? new Map<PartialObjective, Resolved>();
    resolved.set(target, ofTarget);
    const known = ofTarget.get(stated);
    if (known !== undefined) return known;
    const entry = table?.targets.get(target);
    if (entry === undefined) throw new Error(`no target is named '${target}'`);
    const objective = resolveObjective(stated, entry.defaultObjective);
    const preference = preferenceOf(stated, entry.defaultObjective);
    const created = { entry, objective, objectiveClass: objectiveClass(objective), preference };
    ofTarget.set(stated, created);
    return created;
  }

  const elapsedOf = ({ isTimed, arrivesAt }: RoutedQuery, now: number): number => (isTimed ? now - arrivesAt : 0);

  function decide(query: RoutedQuery, of: Resolved, isHeld: boolean, now: number): Decision {
    const { entry, objective, preference } = of;
    const asked = {
      ...{ items: 1, objective, elapsedMs: elapsedOf(query, now), preference, requestBytes },
      held: isHeld ? nothingHeld : holds.usage,
      isNew: query.attempts === 0 && !isHeld,
      isPatient: !query.isTimed,
    };
    return policy.decide(entry, asked, now);
  }
  function route(query: RoutedQuery, now: number): void {
    const of = resolve(query);
    const decision = decide(query, of, false, now);
    if (decision.kind === 'hold') hold(query, of, decision.selection.candidate.variant, now);
    else proceed(query, of, decision, now);
  }
  function proceed(query: RoutedQuery, of: Resolved, decision: Exclude<Decision, { kind: 'hold' }>, now: number): void {
    if (decision.kind === 'refuse') {
      demand.refused(of, decision.code === 'failed-precondition');
      return reject(query, now);
    }
    const { selection, replica } = decision;
    if (selection.missed !== undefined) demand.missed(of, selection.missed.variant, now);
    const wayMsOf = (limitMs: number): number => policy.loads.wayMsOf(replica.id, limitMs);
    const leftMs = latencyLeftMs(of.objective, elapsedOf(query, now), selection, wayMsOf);
    send({ query, replica, selection, sentAt: now, leftMs }, now);
  }
  function settle(query: RoutedQuery, end: QueryEnd, promisedMs: number | undefined, now: number): void {
    onSettled(query, { end, latencyMs: now - query.arrivesAt, promisedMs }, now);
  }
  const reject = (query: RoutedQuery, now: number): void =>
    settle(query, query.isDropped ? 'dropped' : 'rejected', undefined, now);

  function hold(query: RoutedQuery, of: Resolved, variant: VariantId, now: number): void {
    const { objective, objectiveClass: name } = of;
    const group = `${query.target} ${name}`;
    const dueAt = query.arrivesAt + objective.latencyMs;
    const entry = { handle: query, group, priority: Infinity, dueAt, bytes: requestBytes };
    query.isTimed = false;
    if (query.hold === undefined) events.schedule(now + maxHoldMs, (at) => endHold(query, at));
    query.hold ??= { entry, endsAt: now + maxHoldMs, awaited: undefined, stopCounting: () => undefined };
    countHeld(query.hold, of, variant, now);
    holds.enter(query.hold.entry);
    if (now >= query.hold.endsAt) endHold(query, now);
  }
  function endHold(query: RoutedQuery, now: number): void {
    if (query.hold?.awaited === undefined) return;
    holds.leave(query.hold.entry);
    stopCounting(query.hold);
    demand.refused(resolve(query), false);
    reject(query, now);
  }
  function countHeld(held: Hold, of: Resolved, variant: VariantId, now: number): void {
    if (held.awaited === variant) return;
    held.stopCounting();
    held.awaited = variant;
    held.stopCounting = demand.held(of, variant, now);
  }
  function stopCounting(held: Hold): void {
    held.stopCounting();
    held.awaited = undefined;
    held.stopCounting = () => undefined;
  }
  /** Decides on a held query again. Returns false if it must wait further. */
  function tryResume(query: RoutedQuery, now: number): boolean {
    const of = resolve(query);
    const decision = decide(query, of, true, now);
    if (decision.kind === 'hold') {
      if (query.hold !== undefined) countHeld(query.hold, of, decision.selection.candidate.variant, now);
      return false;
    }
    if (decision.kind === 'refuse' && (decision.cause === 'overloaded' || decision.cause === 'backlogged'))
      return false;
    if (query.hold !== undefined) stopCounting(query.hold);
    proceed(query, of, decision, now);
    return true;
  }
  function resume(failures: number, now: number): void {
    if (holds.usage.count > 0) holds.resume((query) => tryResume(query, now), failures);
  }
  /** Resumes held queries after a replica has become callable. */
  function applyEffects(now: number): void {
    if (effects.splice(0).some(({ kind }) => kind === 'callable')) resume(Infinity, now);
  }

  function recordReply(
    { query, replica, selection, sentAt }: SentQuery,
    { end, load, tookMs }: Reply,
    now: number,
  ): void {
    const isAnswered = end === 'answered';
    const isRefused = end === 'refused' || end === 'missed';
    const { entry, objective } = resolve(query);
    const event = {
      ...{ kind: 'ended' as const, replica: replica.id, items: 1, load, hopMs: now - sentAt - tookMs },
      end: isAnswered ? ('answered' as const) : isRefused ? ('refused' as const) : ('undelivered' as const),
      hasWaited: selection.waitMs > 0,
      isLate: isAnswered && selection.elapsedMs + now - sentAt > objective.latencyMs,
      errorMs: isAnswered ? now - sentAt - (selection.predictedMs - selection.elapsedMs) : undefined,
    };
    policy.loads.apply(event, now, effects);
    if (isRefused && query.isTimed)
      policy.refused(entry, { items: 1, objective }, { kind: 'forward', selection, replica }, now);
    if (end === 'full') policy.loads.apply({ kind: 'full', replica: replica.id }, now, effects);
    if (end === 'not-executed') policy.loads.apply({ kind: 'down', replica: replica.id }, now, effects);
    applyEffects(now);
    if (!isRefused) resume(maxFailures, now);
  }
  /** Sends a query again that was not answered, if it may be. */
  function retry(query: RoutedQuery, end: Exclude<Reply['end'], 'answered'>, now: number): void {
    query.attempts += 1;
    query.isDropped = end === 'missed';
    const isRefused = end === 'refused' || end === 'missed';
    if (!isRefused) query.isTimed = false;
    const outcome = isRefused ? 'refused' : 'not-executed';
    const failed = {
      outcome,
      attempts: query.attempts,
      losses: 0,
      requestBytes,
      isGivenUp: false,
      retryBudget,
    } as const;
    if (mayRetry(failed, defaultRetryParams)) {
      retryBudget -= 1;
      return route(query, now);
    }
    if (isRefused || end === 'full') demand.refused(resolve(query), false);
    else demand.failed(resolve(query));
    reject(query, now);
  }

  return {
    setTable(next, now) {
      table = next;
      resolved = new Map();
      policy.loads.apply({ kind: 'table', table }, now, effects);
      applyEffects(now);
      resume(Infinity, now);
    },
    arrived(query, now) {
      retryBudget = refillRetryBudget(retryBudget, defaultRetryParams);
      const own: RoutedQuery = { ...query, attempts: 0, isTimed: true, isDropped: false, hold: undefined };
      demand.offered(resolve(own));
      route(own, now);
    },
    replied(sent, reply, now) {
      const { query, selection } = sent;
      recordReply(sent, reply, now);
      if (reply.end === 'answered') {
        const { predictedMs, marginMs, candidate } = selection;
        demand.answered(resolve(query), candidate.variant, now - query.arrivesAt);
        settle(query, 'answered', query.isTimed ? predictedMs + marginMs : undefined, now);
      } else if (query.hold !== undefined && (reply.end === 'refused' || reply.end === 'missed'))
        hold(query, resolve(query), selection.candidate.variant, now);
      else retry(query, reply.end, now);
    },
    reported(worker, loads, now) {
      for (const { id, worker: own } of table?.replicas ?? [])
        if (own === worker) policy.loads.apply({ kind: 'reported', replica: id, load: loads.get(id) }, now, effects);
      applyEffects(now);
      resume(maxFailures, now);
    },
  };
}
