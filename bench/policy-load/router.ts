// One router in virtual time: its decisions, and its view of the loads.

import {
  createSeededRng,
  fallbackObjective,
  milliseconds,
  type ReplicaId,
  type ReplicaLoad,
  type TargetEntry,
} from '@pareto/core';
import {
  createQueryPolicy,
  defaultAdmitParams,
  defaultRetryParams,
  defaultRouteParams,
  latencyLeftMs,
  mayRetry,
  refillRetryBudget,
} from '@pareto/policy';
import type { SimulatedQuery } from './workload.js';

/** A decision on a query. */
export interface Attempt {
  /** `again`: a worker refused it before. `held`: it was held, and its objective counts from now on. */
  readonly kind: 'new' | 'again' | 'held';
  readonly elapsedMs: number;
}

/** The decision on a query that is sent. */
export interface Forwarded {
  readonly replica: ReplicaId;
  /** Time until the answer is late. */
  readonly limitMs: number;
  /** Time that the worker has. */
  readonly leftMs: number;
  readonly predictedMs: number;
  /** Prediction with the margin. */
  readonly promisedMs: number;
  readonly hasWaited: boolean;
}

interface Ended {
  readonly end: 'answered' | 'refused' | 'missed';
  readonly load: ReplicaLoad;
  /** Time that the query spent at the worker. */
  readonly tookMs: number;
}

export interface Router {
  /** Decides on a query. Returns undefined if it is not forwarded. */
  decide(query: SimulatedQuery, attempt: Attempt, now: number): Forwarded | undefined;
  ended(sent: Forwarded & { readonly attempt: Attempt; readonly sentAt: number }, ended: Ended, now: number): void;
  /** Returns whether a query that the worker refused is decided again. */
  mayRetry(attempt: Attempt): boolean;
  reported(replica: ReplicaId, load: ReplicaLoad, now: number): void;
}

export function createRouter(target: TargetEntry, seed: number): Router {
  const policy = createQueryPolicy({ admit: defaultAdmitParams, route: defaultRouteParams }, createSeededRng(seed));
  policy.loads.apply({ kind: 'table', table: { candidates: target.candidates } }, 0, []);
  let retryBudget = defaultRetryParams.initialBudget;
  return {
    mayRetry({ kind }) {
      const sends = { attempts: kind === 'new' ? 1 : 2, losses: 0, requestBytes: 1_000 };
      const may = mayRetry({ outcome: 'refused', ...sends, isGivenUp: false, retryBudget }, defaultRetryParams);
      if (may) retryBudget -= 1;
      return may;
    },
    decide({ latencyMs, class: serviceClass }, { kind, elapsedMs }, now) {
      const isNew = kind === 'new';
      if (isNew) retryBudget = refillRetryBudget(retryBudget, defaultRetryParams);
      const objective = { ...fallbackObjective, latencyMs: milliseconds(latencyMs), class: serviceClass };
      const asked = {
        items: 1,
        objective,
        elapsedMs,
        preference: 'cheapest',
        isNew,
        isPatient: kind === 'held',
      } as const;
      const decision = policy.decide(target, { ...asked, requestBytes: 1_000, held: { count: 0, bytes: 0 } }, now);
      if (decision.kind !== 'forward') return undefined;
      const { selection, replica } = decision;
      const { predictedMs, marginMs, waitMs } = selection;
      const wayMsOf = (limitMs: number): number => policy.loads.wayMsOf(replica.id, limitMs);
      return {
        replica: replica.id,
        limitMs: latencyMs - elapsedMs,
        leftMs: latencyLeftMs(objective, elapsedMs, selection, wayMsOf),
        predictedMs,
        promisedMs: predictedMs + marginMs,
        hasWaited: waitMs > 0,
      };
    },
    ended({ replica, sentAt, attempt: { elapsedMs }, predictedMs, limitMs, hasWaited }, { end, load, tookMs }, now) {
      policy.loads.apply(
        {
          kind: 'ended',
          ...{ replica, items: 1, load, end: end === 'answered' ? end : 'refused', hopMs: now - sentAt - tookMs },
          hasWaited,
          isLate: end === 'answered' && now - sentAt > limitMs,
          errorMs: end === 'answered' ? now - sentAt - (predictedMs - elapsedMs) : undefined,
        },
        now,
        [],
      );
    },
    reported: (replica, load, now) => policy.loads.apply({ kind: 'reported', replica, load }, now, []),
  };
}
