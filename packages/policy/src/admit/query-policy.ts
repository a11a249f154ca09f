// The decisions of a router about queries: selection, admission, and the pick of a replica, on one view of the loads.

import type { Candidate, ReplicaRoute, Rng, TargetEntry } from '@pareto/core';
import { loadField, loadFields } from '../route/candidate-loads.js';
import type { LoadEffect } from '../route/load-event.js';
import { createReplicaLoads, type ReplicaLoads } from '../route/replica-loads.js';
import type { RouteParams } from '../route/route-params.js';
import { selectVariant, type BusyCandidate, type Selection } from '../select/select-variant.js';
import type { DecisionTrace } from '../select/trace.js';
import type { SelectionQuery, SelectParams } from '../select/selection-query.js';
import { admit, type Admission, type AdmitParams, type HoldUsage } from './admit.js';
import type { Slots } from '../route/slot-shares.js';
import { batchesOf, createClassShares } from './class-shares.js';
import { createPricedWaits } from './priced-waits.js';
import { RecentRejections } from './recent-rejections.js';

export interface DecisionQuery extends Omit<SelectionQuery, 'now' | 'maxWaitBatchesAt' | 'isPatient' | 'idleFirst'> {
  readonly requestBytes: number;
  /** Queries that are held now, without this one. */
  readonly held: HoldUsage;
  /** Set if the query has not been decided before. Only such queries share the capacity by class. */
  readonly isNew: boolean;
  /** Set if the objective counts from now on, because the query was held or its worker was lost: it may wait in any queue. */
  readonly isPatient: boolean;
}

/** An admission, with the replica that a query is forwarded to. */
export type Decision = Forwarding | Exclude<Admission, { kind: 'forward' }>;

export type Forwarding = Extract<Admission, { kind: 'forward' }> & { readonly replica: ReplicaRoute };

export interface QueryPolicy {
  readonly loads: ReplicaLoads;
  /**
   * Decides on a query for a target. A query that is forwarded counts as sent to its replica from then on. Overwrites
   * `trace`, if given, with the verdicts on the candidates.
   */
  decide(target: TargetEntry, query: DecisionQuery, now: number, trace?: DecisionTrace): Decision;
  /** Records that a worker refused a query, so that its class has got less. */
  refused(target: TargetEntry, query: Pick<DecisionQuery, 'items' | 'objective'>, sent: Forwarding, now: number): void;
}

export interface QueryPolicyParams {
  readonly admit: AdmitParams;
  readonly route: RouteParams;
}

export function createQueryPolicy({ admit: admitParams, route }: QueryPolicyParams, rng: Rng): QueryPolicy {
  const loads = createReplicaLoads(route);
  const { pauseShare } = route;
  const selectParams = (): SelectParams => ({ hopMs: loads.quietHopMs, pauseShare });
  const shares = createClassShares((candidate, now) => {
    const freeAt = loads.candidates[loadFields * candidate + loadField.freeAt] ?? now;
    return Math.max(0, freeAt - now);
  }, admitParams.shares);

  const priced = createPricedWaits(admitParams);
  /** Rejections of queries that prefer accuracy, by task. */
  const rejections = new RecentRejections();

  /** Selects. While others like it are rejected, a query that prefers accuracy waits for the most accurate variant only if another takes longer. */
  function selectPreferred(target: TargetEntry, asked: SelectionQuery, now: number, trace?: DecisionTrace): Selection {
    const preferred = selectVariant(target, asked, loads.candidates, selectParams(), trace);
    if (asked.objective.prefer === 'cost' || preferred.kind !== 'chosen') return preferred;
    if (preferred.waitMs === 0 || preferred.degraded) return preferred;
    if (rejections.share(target.task, now) <= admitParams.maxRejected) return preferred;
    const sooner = { ...asked, idleFirst: true };
    const other = selectVariant(target, sooner, loads.candidates, selectParams());
    if (other.kind !== 'chosen' || other.waitMs > preferred.waitMs) return preferred;
    return trace === undefined ? other : selectVariant(target, sooner, loads.candidates, selectParams(), trace);
  }
  /** Returns the maximum wait of a query at a candidate, by the shares and the price of the slots on which it would run soonest. */
  function maxWaitBatches(
    { task }: TargetEntry,
    { objective, congestion, now }: SelectionQuery,
    candidate: Candidate,
    batchMs: number,
  ): number {
    const soonest = loads.soonest(candidate, now);
    if (soonest === undefined) return Infinity;
    const { slots, route } = soonest;
    const at = { candidate, batchMs, itemMs: itemMsOf(route, batchMs) };
    return Math.min(
      shares.maxWaitBatches(slots, task, objective, { candidate: candidate.index, batchMs }, now),
      priced.maxWaitBatches({ task, objective, congestion }, at, now),
    );
  }
  /** Selects, and limits the wait of a new query whose class has got more than its share of the slots. */
  function select(target: TargetEntry, query: DecisionQuery, now: number, trace?: DecisionTrace): Selection {
    const { items, shapes, objective, congestion, elapsedMs, isNew, isPatient } = query;
    const isOffline = objective.class === 'offline';
    // Offline queries are rejected whenever others run, which says nothing about the capacity for those.
    const asked = {
      items,
      shapes,
      objective,
      congestion,
      elapsedMs,
      now,
      maxWaitBatchesAt: isOffline ? noWait : undefined,
      isPatient,
    };
    const unlimited = selectPreferred(target, asked, now, trace);
    const waiting = waitingOf(unlimited);
    if (waiting === undefined || isOffline || !isNew) return unlimited;
    const { candidate, waitMs, batchMs, predictedMs } = waiting;
    const slackMs = objective.latencyMs - (predictedMs - waitMs);
    if (!shares.includes(slackMs, batchMs)) return unlimited;
    const soonest = loads.soonest(candidate, now);
    if (soonest === undefined) return unlimited;
    const { slots, route } = soonest;
    const isLimited =
      unlimited.kind === 'chosen' && batchesOf(waitMs, batchMs) > maxWaitBatches(target, asked, candidate, batchMs);
    const maxWaitBatchesAt = (at: Candidate, ofBatchMs: number): number => maxWaitBatches(target, asked, at, ofBatchMs);
    const selection = isLimited
      ? selectVariant(target, { ...asked, maxWaitBatchesAt }, loads.candidates, selectParams(), trace)
      : unlimited;
    const isAdmitted = selection.kind === 'chosen';
    const itemMs = itemMsOf(route, batchMs);
    const offered = { candidate: candidate.index, waitMs, batchMs, itemMs, items, isAdmitted };
    shares.record(slots, target.task, objective, offered, now);
    const ended = { isRejected: !isAdmitted, isShort: unlimited.kind !== 'chosen' };
    priced.record({ task: target.task, objective, congestion }, { candidate }, ended, now);
    return selection;
  }
  /** Returns whether a new query would be answered late after a load, by slots that others are short of. Targets without a replica have no slots yet. */
  function isLateLoad({ candidates }: TargetEntry, selection: Selection, query: DecisionQuery, now: number): boolean {
    const { isNew, elapsedMs, objective, congestion } = query;
    if (selection.kind !== 'cold' || !isNew || candidates.every(({ replicas }) => replicas.length === 0)) return false;
    const { profile, hardwareClass } = selection.candidate;
    const isLate = profile !== undefined && elapsedMs + profile.loadMs > objective.latencyMs;
    return isLate && priced.isShort(hardwareClass, congestion, now);
  }
  return {
    loads,
    decide(target, query, now, trace) {
      const { items, objective, elapsedMs, isNew } = query;
      const selection = select(target, query, now, trace);
      if (objective.prefer === 'accuracy' && isNew && objective.class === 'online')
        rejections.record(target.task, selection.kind === 'refused' && selection.soonest !== undefined, now);
      if (selection.kind === 'refused' && selection.soonest !== undefined)
        loads.apply({ kind: 'refused', candidate: selection.soonest.candidate }, now, noEffects);
      const asked = { requestBytes: query.requestBytes, isLateLoad: isLateLoad(target, selection, query, now) };
      const admission = admit(selection, asked, query.held, admitParams);
      if (admission.kind !== 'forward') return admission;
      const { selection: chosen } = admission;
      const { candidate, maxWaitMs } = chosen;
      const request = { items, limitMs: objective.latencyMs - elapsedMs, maxWaitMs };
      const replica = loads.pick(candidate, request, now, rng);
      if (replica === undefined)
        throw new Error(`chosen variant ${candidate.variant} has no replica that can be called`);
      loads.apply({ kind: 'sent', replica: replica.id, items }, now, noEffects);
      const isRetried = !query.isNew && !query.isPatient;
      if (isRetried) shares.admit(slotsOf(candidate, replica), target.task, objective, items, now);
      return { kind: 'forward', selection: chosen, replica };
    },
    refused({ task }, { items, objective }, { selection: { candidate }, replica }, now) {
      shares.admit(slotsOf(candidate, replica), task, objective, -items, now);
    },
  };
}

const slotsOf = ({ hardwareClass }: Candidate, { worker }: ReplicaRoute): Slots => ({ worker, hardwareClass });

/** Returns the time of a slot that an item takes in the largest batch. */
const itemMsOf = ({ batchCeiling }: ReplicaRoute, batchMs: number): number => batchMs / (batchCeiling || 1);

/** Sending or refusing a query has no effects on other queries. */
const noEffects: LoadEffect[] = [];

/** Maximum wait of queries that never wait. */
const noWait = (): number => 0;

/** Returns the candidate for which a query waits, or waited too long. Undefined if loads do not decide about it. */
const waitingOf = (selection: Selection): BusyCandidate | undefined =>
  selection.kind === 'chosen' ? selection : selection.kind === 'refused' ? selection.soonest : undefined;
