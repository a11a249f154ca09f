// A cluster in virtual time with the plan in the loop: clients, routers, workers and a controller. The functions that decide are
// those of production.

import { createSeededRng, milliseconds, replicaId, type Assignment } from '@pareto/core';
import { defaultTurnParams, p50At, type AssignedReplica, type TurnParams } from '@pareto/policy';
import {
  createEventQueue,
  createPlanner,
  defaultSimulationParams,
  profileOf,
  startCluster,
  variantWithId,
  type ClientQuery,
  type Cluster,
  type QueryEnd,
  type Turn,
} from '@pareto/simulator';
import { createShortCluster, variantOf, type ClusterOptions } from './cluster.js';
import { planTraffic, type Stream } from './traffic.js';

export interface Scenario {
  readonly cluster: ClusterOptions;
  /** Replicas that are loaded first, each as its model and the position of its worker. */
  readonly replicas?: readonly (readonly [model: string, worker: number])[];
  /** Time of the first turn. 0 by default. */
  readonly plansFromMs?: number;
  readonly streams: readonly Stream[];
  /** Clients that send their next query when they have an answer to the last one. */
  readonly callers?: Callers;
  readonly routers: number;
  /** Time that a load takes. */
  readonly loadMs: number;
  /** Time without demand after which a task is idle, if it is not the default. */
  readonly idleMs?: number;
  /** Time of a run divided by the profiled one. 1 by default. */
  readonly slowness?: number;
}

interface Callers extends Pick<Stream, 'task' | 'stated'> {
  readonly count: number;
  readonly durationMs: number;
}

/** A query with its end. */
export interface Settled {
  readonly query: ClientQuery;
  /** End of the query. Undefined if it was held until the end of the simulation. */
  readonly end: QueryEnd | undefined;
  readonly latencyMs: number;
}

export interface ClusterRun {
  readonly cluster: Cluster;
  /** All queries in the order of their arrival. The first may arrive at `firstQueryMs`. */
  readonly settled: readonly Settled[];
  /** The log of decisions. */
  readonly turns: readonly Turn[];
}

/** Time of the first query. Before, the replicas that are needed without demand are loaded. */
export const firstQueryMs = 5_000;
/** Deviation of a run from its median, at most. */
const jitter = 0.05;

const { router, worker, cluster: network } = defaultSimulationParams;

function turnParams({ idleMs }: Scenario): TurnParams {
  const { placement } = defaultTurnParams;
  return { ...defaultTurnParams, placement: { ...placement, idleMs: milliseconds(idleMs ?? placement.idleMs) } };
}

export function simulateCluster(scenario: Scenario, seed: number): ClusterRun {
  const { streams, routers: count, loadMs, slowness = 1, replicas = [], plansFromMs = 0, callers } = scenario;
  const cluster = createShortCluster(scenario.cluster, loadMs);
  const queries = planTraffic(streams, firstQueryMs, count, seed);
  const callersEndAt = firstQueryMs + (callers?.durationMs ?? 0);
  const endsAt = Math.max(queries.at(-1)?.arrivesAt ?? 0, callersEndAt);
  const settled = queries.map((query): Settled => ({ query, end: undefined, latencyMs: Infinity }));
  const turns: Turn[] = [];
  const events = createEventQueue();
  const rng = createSeededRng(seed + 0.25);
  const runMs = ({ spec, hardwareClass }: AssignedReplica, size: number): number =>
    slowness *
    p50At(profileOf(variantWithId(cluster, spec.variant), hardwareClass), size) *
    (1 - jitter + 2 * jitter * rng());

  const started = startCluster({
    ...{ events, cluster, endsAt, plansFromMs, timesOf: () => ({ loadMs: () => loadMs, runMs }) },
    routers: Array.from({ length: count }, (_, index) => createSeededRng(1_000 * seed + index)),
    assigned: replicas.map((of, index) => assignmentOf(cluster, of, index)),
    ...{ routerParams: router, workerParams: worker, transport: network },
    ...{ planner: createPlanner(turnParams(scenario)), turnMs: () => 0 },
    onSettled(query, { end, latencyMs }, now) {
      settled[query.index] = { query, end, latencyMs };
      if (callers !== undefined && now < callersEndAt) call(callers, now);
    },
    onTurn: (turn) => turns.push(turn),
  });
  function call({ task: target, stated }: Callers, now: number): void {
    const query = { index: settled.length, arrivesAt: now, target, stated, router: settled.length % count };
    settled.push({ query, end: undefined, latencyMs: Infinity });
    started.arrived(query, now);
  }
  for (let caller = 0; caller < (callers?.count ?? 0); caller++)
    events.schedule(firstQueryMs, (now) => callers && call(callers, now));
  for (const query of queries) events.schedule(query.arrivesAt, (now) => started.arrived(query, now));
  events.runAll();
  return { cluster, settled, turns };
}

function assignmentOf(cluster: Cluster, [model, position]: readonly [string, number], index: number): Assignment {
  const { variant, measurements } = variantWithId(cluster, variantOf(model));
  const worker = cluster.workers[position];
  const group = worker?.slotGroups.find(({ hardwareClass: { id } }) =>
    measurements.some((one) => one.hardwareClass === id && one.result.kind === 'measured'),
  );
  if (worker === undefined || group === undefined) throw new Error(`worker ${position} cannot run ${model}`);
  const replica = replicaId(`first-${index}`);
  return { replica, variant: variant.id, version: 1, worker: worker.id, hardwareClass: group.hardwareClass.id };
}
