// Routers and one worker with a replica on each slot, in virtual time. The functions that decide are those of production.

import { createSeededRng, milliseconds, workerId, type PartialObjective } from '@pareto/core';
import {
  createEventQueue,
  createNetwork,
  createTransport,
  createWorker,
  defaultSimulationParams,
  type ClientQuery,
} from '@pareto/simulator';
import {
  buildCandidate,
  buildHardwareClass,
  buildPoint,
  buildProfile,
  buildReplicaRoute,
  buildRoutingTable,
  buildTargetEntry,
  buildVariantSpec,
} from '@pareto/testkit';
import { serviceMs, slots, type SimulatedQuery, type Workload } from './workload.js';

/**
 * Outcome of a query. `rejected`: by the router, or by the worker when it arrived there. `dropped`: by the worker, after it was
 * queued.
 */
export type Outcome = 'on-time' | 'late' | 'rejected' | 'dropped';

/** Outcomes of all queries, in the order of their arrival. */
interface Simulation {
  readonly outcomes: readonly Outcome[];
  /** Latency of the answers. NaN for other queries. */
  readonly latenciesMs: readonly number[];
  /** Latency of the answers that were predicted, divided by the prediction. */
  readonly ofPredictions: readonly number[];
  /** Number of times that a query was sent to the worker. */
  readonly sends: number;
}

const profile = buildProfile([buildPoint(1, serviceMs, 0.04)]);
const routes = Array.from({ length: slots }, (_, index) => buildReplicaRoute(`r${index}`, { batchCeiling: 1 }));
const cold = buildCandidate('model', { index: 0, profile, costPer1k: 1 });
const warm = { ...cold, replicas: routes };
const [coldTable, warmTable] = [cold, warm].map((one) => buildRoutingTable([buildTargetEntry([one])], [one]));

export function simulate({ queries, runTimes, routers: count }: Workload, seed: number): Simulation {
  const events = createEventQueue();
  const transport = createTransport(events, defaultSimulationParams.cluster);
  const outcomes = new Array<Outcome>(queries.length).fill('rejected');
  const latenciesMs = new Array<number>(queries.length).fill(NaN);
  const ofPredictions: number[] = [];
  const { variant, version, hardwareClass } = cold;
  const spec = buildVariantSpec({ variant, version });
  const assigned = routes.map(({ id: replica }) => ({
    ...{ replica, spec, hardwareClass, batchCeiling: 1, profile, usdPerHour: 0 },
  }));
  const nextRunMs = new Map(routes.map(({ id }, index) => [id, runTimes(index)]));
  const worker = createWorker({
    events,
    createExecutor: transport.createExecutor,
    groups: [{ hardwareClass: buildHardwareClass(), slots }],
    params: defaultSimulationParams.worker,
    times: { loadMs: () => 0, runMs: ({ replica }) => nextRunMs.get(replica)?.() ?? 0 },
    reply: (...reply) => network.reply(...reply),
    onChange: () => undefined,
  });
  const network = createNetwork({
    events,
    routerParams: defaultSimulationParams.router,
    transport,
    demand: [],
    rngs: Array.from({ length: count }, (_, index) => createSeededRng(1_000 * seed + index)),
    workerOf: () => worker,
    onSettled({ index, arrivesAt, stated }, { end, promisedMs }, now) {
      // The objective of a held query counts from the moment when the replicas are ready.
      const latencyMs = now - Math.max(0, arrivesAt);
      const isLate = latencyMs > (stated.latencyMs ?? 0);
      outcomes[index] = end === 'answered' ? (isLate ? 'late' : 'on-time') : end;
      if (end === 'answered') latenciesMs[index] = latencyMs;
      if (promisedMs !== undefined) ofPredictions.push(latencyMs / promisedMs);
    },
  });
  const { routers } = network;
  const startsAt = Math.min(0, queries[0]?.arrivesAt ?? 0);
  const setTable = (table: typeof coldTable, now: number): void => {
    for (const router of routers) if (table !== undefined) router.setTable(table, now);
  };
  setTable(coldTable, startsAt);
  worker.assign(assigned, 0);
  events.schedule(0, (now) => setTable(warmTable, now));
  for (const query of withObjectives(queries)) events.schedule(query.arrivesAt, (now) => network.arrived(query, now));
  network.ping([workerId('w')], 0, queries.at(-1)?.arrivesAt ?? 0);
  events.runAll();
  return { outcomes, latenciesMs, ofPredictions, sends: network.sends };
}

/** Returns the queries with their objectives, of which equal ones are the same object. */
function withObjectives(queries: readonly SimulatedQuery[]): readonly ClientQuery[] {
  const known = new Map<string, PartialObjective>();
  return queries.map(({ arrivesAt, latencyMs, class: serviceClass, router }, index) => {
    const key = `${latencyMs} ${serviceClass}`;
    const stated = known.get(key) ?? { latencyMs: milliseconds(latencyMs), class: serviceClass };
    known.set(key, stated);
    return { index, arrivesAt, target: 'digits', stated, router };
  });
}
