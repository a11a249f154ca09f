// One router in virtual time: the router core of production, with what its effects lead to.

import {
  removeRange,
  resolveObjective,
  type Candidate,
  type PartialObjective,
  type ReplicaLoad,
  type Rng,
  type RoutingTable,
} from '@pareto/core';
import {
  createRouterCore,
  objectiveClass,
  sentOf,
  trackQuery,
  type AttemptEnd,
  type DemandReport,
  type ReportedLoad,
  type RouterEffect,
  type RouterEvent,
  type RouterParams,
  type RouterQuery,
  type TargetQuery,
} from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';
import type { ClientQuery, QueryEnd, RoutedQuery, SentQuery } from './query.js';

/** Reply of a worker, or the end of the connection. `missed`: the worker rejected the query after it was queued. */
export interface Reply {
  readonly end: AttemptEnd | 'missed';
  readonly load: ReplicaLoad | undefined;
  /** Time that the query spent at the worker. 0 if unknown. */
  readonly tookMs: number;
}

export interface SettledQuery {
  readonly end: QueryEnd;
  readonly latencyMs: number;
  /** Candidate that answered. Undefined if none did. */
  readonly candidate: Pick<Candidate, 'variant' | 'hardwareClass'> | undefined;
  /** Latency that was promised. Undefined if none was for the whole latency. */
  readonly promisedMs: number | undefined;
}

/** Reports of the demand on a router. */
export interface DemandReports {
  /** Time of the first report, and the time after which there are no more. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly send: (report: DemandReport, now: number) => void;
}

export interface RouterOptions {
  readonly params: RouterParams;
  readonly events: EventQueue;
  readonly rng: Rng;
  /** Reports of its demand. Undefined where no controller plans. */
  readonly demand: DemandReports | undefined;
  readonly send: (sent: SentQuery, now: number) => void;
  readonly onSettled: (query: ClientQuery, settled: SettledQuery, now: number) => void;
}

export interface Router {
  setTable(table: RoutingTable, now: number): void;
  arrived(query: ClientQuery, now: number): void;
  replied(sent: SentQuery, reply: Reply, now: number): void;
  /** Ends the connection to a worker. Queries there end by replies. */
  lost(address: string, now: number): void;
  /** Applies the loads of a worker's ready replicas. */
  reported(address: string, loads: readonly ReportedLoad[], now: number): void;
}

type Effect = RouterEffect<RoutedQuery>;

const droppedEnds: ReadonlySet<Reply['end']> = new Set(['missed', 'lost', 'failed']);
const requestBytes = 1_000;
/** Least time that a worker reports: in virtual time it may take none, which a router would take for unknown. */
const leastTookMs = 1e-6;

export function createRouter({ params, events, rng, demand, send, onSettled }: RouterOptions): Router {
  const core = createRouterCore<RoutedQuery>(params, rng);
  const effects: Effect[] = [];
  let isCarryingOut = false;
  let table: RoutingTable | undefined;
  let resolved = new Map<string, Map<PartialObjective, TargetQuery>>();
  /** Time of the next tick. Infinity if none is due. */
  let tickAt = Infinity;

  function resolve({ target, stated }: ClientQuery): TargetQuery {
    const ofTarget = resolved.get(target) ?? new Map<PartialObjective, TargetQuery>();
    resolved.set(target, ofTarget);
    const known = ofTarget.get(stated);
    if (known !== undefined) return known;
    const entry = table?.targets.get(target);
    if (entry === undefined) throw new Error(`no target is named '${target}'`);
    const objective = resolveObjective(stated, entry.defaultObjective);
    const created: TargetQuery = {
      entry,
      items: 1,
      shapes: undefined,
      objective,
      objectiveClass: objectiveClass(objective),
    };
    ofTarget.set(stated, created);
    return created;
  }
  function apply(event: RouterEvent<RoutedQuery>, now: number): void {
    core.apply(event, now, effects);
    if (isCarryingOut) return;
    isCarryingOut = true;
    for (const effect of effects) carryOut(effect, now);
    removeRange(effects, 0, effects.length);
    isCarryingOut = false;
    scheduleTick();
  }
  function carryOut(effect: Effect, now: number): void {
    switch (effect.kind) {
      case 'forward': {
        const { query, latencyLeftMs: leftMs } = effect;
        return send({ query, replica: sentOf(query).replica, leftMs, link: undefined }, now);
      }
      case 'hold':
        return limitHold(effect.query);
      case 'resolve':
        return resolveAgain(effect.query, now);
      case 'answer':
        return settle(effect.query, 'answered', effect.predictedMs, now);
      case 'refuse':
      case 'give-up':
      case 'expire':
      case 'fail':
        return settle(effect.query, effect.query.handle.isDropped ? 'dropped' : 'rejected', undefined, now);
      case 'report':
        apply({ kind: 'report-sent', isSent: true }, now);
        return demand?.send(copyOf(effect.report), now);
      case 'late':
      case 'suspect':
      case 'callable':
      case 'ejected':
    }
  }
  const resolveAgain = (query: RouterQuery<RoutedQuery>, now: number): void =>
    apply({ kind: 'resolved', query, resolved: resolve(query.handle), lagMs: 0 }, now);
  function limitHold(query: RouterQuery<RoutedQuery>): void {
    const { handle, hold } = query;
    if (handle.isTimed || hold === undefined) return;
    handle.isTimed = true;
    events.schedule(hold.until, (at) => apply({ kind: 'hold-timeout', query }, at));
  }
  function settle(query: RouterQuery<RoutedQuery>, end: QueryEnd, promisedMs: number | undefined, now: number): void {
    const candidate = end === 'answered' ? sentOf(query).selection.candidate : undefined;
    onSettled(query.handle, { end, latencyMs: now - query.handle.arrivesAt, candidate, promisedMs }, now);
  }
  function tick(now: number): void {
    if (now < tickAt) return;
    tickAt = Infinity;
    apply({ kind: 'tick', limitsReached: [] }, now);
  }
  function scheduleTick(): void {
    const { dueAt } = core;
    if (demand === undefined || dueAt >= tickAt || dueAt > demand.endsAt) return;
    tickAt = dueAt;
    events.schedule(dueAt, tick);
  }

  if (demand !== undefined) {
    // The first window is as long as the others.
    tickAt = demand.startsAt - params.demand.reportEveryMs;
    events.schedule(tickAt, tick);
  }
  return {
    setTable(next, now) {
      table = next;
      resolved = new Map();
      apply({ kind: 'table', table, localAddress: undefined }, now);
      apply({ kind: 'linked' }, now);
    },
    arrived(query, now) {
      const { index, arrivesAt, target, stated, router } = query;
      const handle = { index, arrivesAt, target, stated, router, isDropped: false, isTimed: false };
      const arrived = { receivedAt: query.arrivesAt, deadlineAt: Infinity, requestBytes, priority: Infinity };
      resolveAgain(trackQuery(handle, arrived), now);
    },
    replied({ query }, { end, load, tookMs }, now) {
      if (query.hold === undefined) query.handle.isDropped = droppedEnds.has(end);
      const ended: RouterEvent<RoutedQuery> = {
        kind: 'ended',
        query,
        end: end === 'missed' ? 'refused' : end,
        load,
        tookMs: load === undefined ? 0 : Math.max(leastTookMs, tookMs),
        code: end === 'failed' ? 'internal' : undefined,
        isGivenUp: false,
      };
      apply(ended, now);
    },
    lost: (address, now) => apply({ kind: 'lost', address }, now),
    reported: (address, loads, now) => apply({ kind: 'reported', address, loads }, now),
  };
}

/** Returns a report as it is sent: later holds do not change it. */
const copyOf = (report: DemandReport): DemandReport => ({
  ...report,
  entries: report.entries.map((entry) => ({ ...entry, held: new Map(entry.held) })),
});
