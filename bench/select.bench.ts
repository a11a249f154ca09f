// The time of a router's decision with 4,000 variants on 100 workers: select a variant, pick a replica, update the
// load.

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
  createTrace,
  defaultPaceParams,
  defaultSelectParams,
  pickReplica,
  selectVariant,
  type SelectionQuery,
} from '@pareto/policy';
import { createLoadTracker } from '../services/router/src/workers/load-tracker.js';
import { report, type Row } from './report.js';
import { wideTable } from './wide-table.js';

const decisions = 5_000;
const warmUps = 1_000;

const shapes = [
  { name: '200 tasks, 3 replicas each', tasks: 200, replicas: 3 },
  { name: 'one task, 3 replicas each', tasks: 1, replicas: 3 },
  { name: 'one task, a replica on every worker', tasks: 1, replicas: 100 },
];

function randomQuery(rng: Rng): SelectionQuery {
  const objective = {
    ...fallbackObjective,
    latencyMs: milliseconds(10 + 490 * rng()),
    minAccuracy: rng() < 0.7 ? 0.5 + 0.48 * rng() : undefined,
    maxCostPer1k: rng() < 0.3 ? 0.05 * rng() : undefined,
  };
  return { items: rng() < 0.9 ? 1 : 8, objective, elapsedMs: 0.1, preference: 'cheapest' };
}

/** Returns the sorted times of the decisions in microseconds. */
function timeDecisions(table: RoutingTable, rng: Rng): Float64Array {
  const loads = createLoadTracker(defaultPaceParams);
  loads.setTable(table);
  for (const { id } of table.replicas) {
    loads.report(id, {
      ...{ queuedItems: Math.floor(8 * rng()), runningItems: 1, backlogMs: 50 * rng() },
      ...{ itemMs: 1, typical: 1, slow: 1 },
    });
  }
  const trace = createTrace();
  const targets = [...table.targets.values()];
  const times = new Float64Array(decisions);
  for (let turn = -warmUps; turn < decisions; turn++) {
    const target = targets[Math.floor(rng() * targets.length)];
    if (target === undefined) throw new Error('the table has no target');
    const query = randomQuery(rng);
    const began = systemClock.now();
    const selection = selectVariant(target, query, loads, defaultSelectParams, trace);
    const replica = selection.kind === 'chosen' ? pickReplica(selection.candidate, loads, rng) : undefined;
    if (replica !== undefined) loads.sent(replica.id, query.items);
    if (turn >= 0) times[turn] = (systemClock.now() - began) * 1000;
    if (replica !== undefined) loads.ended(replica.id, query.items, undefined);
  }
  return times.sort();
}

const rows = shapes.flatMap(({ name, tasks, replicas }): readonly Row[] => {
  const rng = createSeededRng(1);
  const times = timeDecisions(wideTable({ variants: 4_000, workers: 100, tasks, replicas }, rng), rng);
  return [
    { name: `decision, ${name}: p50`, value: percentile(times, 0.5), unit: 'µs' },
    { name: `decision, ${name}: p99`, value: percentile(times, 0.99), unit: 'µs', reach: { below: 100 } },
  ];
});
report(rows);
