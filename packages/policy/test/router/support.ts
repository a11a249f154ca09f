// A router core with a table, whose events and effects are short texts.

import {
  createSeededRng,
  fallbackObjective,
  milliseconds,
  type Candidate,
  type Objective,
  type ReplicaLoad,
  type TargetEntry,
} from '@pareto/core';
import { buildReplicaRoute, buildTargetEntry } from '@pareto/testkit';
import {
  createRouterCore,
  defaultAdmitParams,
  defaultHoldParams,
  defaultRetryParams,
  defaultRouteParams,
  defaultRouterDemandParams,
  objectiveClass,
  trackQuery,
  type ArrivedQuery,
  type AttemptEnd,
  type RouterEffect,
  type RouterEvent,
  type RouterParams,
  type RouterQuery,
  type TargetQuery,
} from '../../src/index.js';
import { candidate, type CandidateFields } from '../support/candidates.js';

export const params: RouterParams = {
  admit: defaultAdmitParams,
  route: defaultRouteParams,
  retry: defaultRetryParams,
  hold: { ...defaultHoldParams, maxHoldMs: 1_000 },
  demand: defaultRouterDemandParams,
};

/** Returns a candidate with a replica `cINDEX-ADDRESS` on each worker. */
export const on = (index: number, addresses: readonly string[], fields: CandidateFields = {}): Candidate => ({
  ...candidate(index, fields),
  replicas: addresses.map((address) => buildReplicaRoute(`c${index}-${address}`, { address, batchCeiling: 1 })),
});

export const idle: ReplicaLoad = {
  ...{ queuedItems: 0, runningItems: 0, backlogMs: 0, itemMs: 10 },
  ...{ typical: 1, slow: 1, interfered: false },
};

export type Name = string;

export const ended = <H>(
  query: RouterQuery<H>,
  end: AttemptEnd,
  fields: Partial<Extract<RouterEvent<H>, { kind: 'ended' }>> = {},
): RouterEvent<H> => ({
  ...{ kind: 'ended', query, end, code: undefined, load: undefined, tookMs: 0, isGivenUp: false },
  ...fields,
});

function describeEffect(effect: RouterEffect<Name>): string {
  if (effect.kind === 'report') return `report of ${effect.report.windowMs} ms`;
  if (!('query' in effect)) return `${effect.kind} ${effect.replica}`;
  const { kind, query } = effect;
  switch (kind) {
    case 'forward':
      return `${query.handle} to ${query.sent?.replica.id}`;
    case 'hold':
      return `${query.handle} waits for ${effect.variant}`;
    case 'refuse':
      return `${query.handle} refused: ${effect.refusal.cause}`;
    case 'give-up':
      return `${query.handle} gives up: ${effect.reason}`;
    case 'resolve':
      return `${query.handle} resolved again: ${effect.retryOf ?? 'table'}`;
    case 'suspect':
      return `${query.handle} suspects: ${effect.reason}`;
    case 'answer':
    case 'expire':
    case 'fail':
    case 'late':
      return `${query.handle} ${kind}`;
  }
}

export function setUp(candidates: readonly Candidate[], own: RouterParams = params) {
  let decisions = 0;
  const core = createRouterCore<Name>(own, createSeededRng(1), () => (decisions += 1));
  let target: TargetEntry = buildTargetEntry(candidates);
  const objective = { ...fallbackObjective, prefer: 'cost' } as const;
  const clock = { now: 0 };

  function apply(event: RouterEvent<Name>): string[] {
    const effects: RouterEffect<Name>[] = [];
    core.apply(event, clock.now, effects);
    return effects.map(describeEffect);
  }
  const resolvedBy = (fields: Partial<Omit<Objective, 'latencyMs'>> & { readonly latencyMs?: number }): TargetQuery => {
    const { latencyMs = 1_000, ...rest } = fields;
    const asked = { ...objective, ...rest, latencyMs: milliseconds(latencyMs) };
    const objectiveOf = { objective: asked, objectiveClass: objectiveClass(asked) };
    return { entry: target, items: 1, shapes: undefined, ...objectiveOf };
  };
  const setTable = (next: readonly Candidate[]): string[] => {
    target = buildTargetEntry(next);
    const table = { candidates: next, replicas: next.flatMap(({ replicas }) => replicas) };
    return apply({ kind: 'table', table, localAddress: undefined });
  };
  setTable(candidates);
  return {
    core,
    clock,
    apply,
    setTable,
    get decisions() {
      return decisions;
    },
    arrive: (name: Name, fields: Partial<ArrivedQuery> = {}): RouterQuery<Name> =>
      trackQuery(name, {
        ...{ receivedAt: clock.now, deadlineAt: Infinity, requestBytes: 10, priority: Infinity },
        ...fields,
      }),
    resolve: (query: RouterQuery<Name>, fields: Parameters<typeof resolvedBy>[0] = {}): string[] =>
      apply({ kind: 'resolved', query, resolved: resolvedBy(fields), lagMs: 0 }),
    report: (address: string, ...loads: readonly (readonly [replica: string, backlogMs: number])[]): string[] =>
      apply({
        ...{ kind: 'reported', address },
        loads: loads.map(([replicaId, backlogMs]) => ({ ...idle, replicaId, backlogMs })),
      }),
  };
}
