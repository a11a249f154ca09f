// The time of a router's decision: select a variant, pick a replica, and update the load when the query is sent and ends.

import {
  createSeededRng,
  fallbackObjective,
  milliseconds,
  percentile,
  systemClock,
  type Rng,
  type RoutingTable,
} from '@pareto/core';
import {
  createReplicaLoads,
  createTrace,
  defaultSelectParams,
  selectVariant,
  type SelectionQuery,
} from '@pareto/policy';
import { startBenchmark, type Row } from './report.js';
import { wideTable } from './wide-table.js';

const decisions = 5_000;
const warmUps = 1_000;

const shapes = [
  { name: '4,000 variants in 200 tasks, 3 replicas each', variants: 4_000, tasks: 200, replicas: 3, belowUs: 100 },
  { name: '4,000 variants in one task, 3 replicas each', variants: 4_000, tasks: 1, replicas: 3, belowUs: 100 },
  { name: '4,000 variants in one task, 100 replicas each', variants: 4_000, tasks: 1, replicas: 100, belowUs: 100 },
  { name: 'one variant, 1,000 replicas', variants: 1, tasks: 1, replicas: 1_000, belowUs: 10 },
];

function randomQuery(rng: Rng): SelectionQuery {
  const objective = {
    ...fallbackObjective,
    prefer: 'cost' as const,
    latencyMs: milliseconds(10 + 490 * rng()),
    minAccuracy: rng() < 0.7 ? 0.5 + 0.48 * rng() : undefined,
    maxCostPer1k: rng() < 0.3 ? 0.05 * rng() : undefined,
  };
  return {
    ...{ items: rng() < 0.9 ? 1 : 8, objective, elapsedMs: 0.1 },
    ...{ now: 0, isPatient: false },
  };
}

/** Returns the sorted times of the decisions in microseconds. */
function timeDecisions(table: RoutingTable, rng: Rng): Float64Array {
  const loads = createReplicaLoads();
  loads.apply({ kind: 'table', table }, -60_000, []);
  for (const { id } of table.replicas) {
    const load = {
      ...{ queuedItems: Math.floor(8 * rng()), runningItems: 1, backlogMs: 50 * rng() },
      ...{ itemMs: 1, typical: 1, slow: 1, interfered: false },
    };
    loads.apply({ kind: 'reported', replica: id, load }, 0, []);
  }
  const { pauseShare } = defaultSelectParams;
  const trace = createTrace();
  const targets = [...table.targets.values()];
  const times = new Float64Array(decisions);
  for (let turn = -warmUps; turn < decisions; turn++) {
    const target = targets[Math.floor(rng() * targets.length)];
    if (target === undefined) throw new Error('the table has no target');
    const query = randomQuery(rng);
    const { items } = query;
    const began = systemClock.now();
    const params = { hopMs: loads.quietHopMs, pauseShare };
    const selection = selectVariant(target, query, loads.candidates, params, trace);
    if (selection.kind === 'chosen') {
      const limitMs = query.objective.latencyMs - query.elapsedMs;
      const replica = loads.pick(selection.candidate, { items, limitMs, maxWaitMs: Infinity }, 0, rng);
      if (replica === undefined) throw new Error('no replica can be called');
      loads.apply({ kind: 'sent', replica: replica.id, items }, 0, []);
      const ended = {
        end: 'undelivered',
        load: undefined,
        hopMs: undefined,
        errorMs: undefined,
        hasWaited: false,
        isLate: false,
      } as const;
      loads.apply({ kind: 'ended', replica: replica.id, items, ...ended }, 0, []);
    }
    if (turn >= 0) times[turn] = (systemClock.now() - began) * 1000;
  }
  return times.sort();
}

const { report } = startBenchmark('select');
const rows = shapes.flatMap(({ name, belowUs, ...shape }): readonly Row[] => {
  const rng = createSeededRng(1);
  const times = timeDecisions(wideTable({ workers: 100, ...shape }, rng), rng);
  return [
    { name: `${name}: p50`, value: percentile(times, 0.5), unit: 'µs' },
    { name: `${name}: p99`, value: percentile(times, 0.99), unit: 'µs', reach: { below: belowUs } },
  ];
});
report(rows);
