import { equal, ok } from 'node:assert/strict';
import { createSeededRng, milliseconds } from '@pareto/core';
import {
  createCluster,
  createEventQueue,
  createPlanner,
  defaultSimulationParams,
  startCluster,
  type QueryEnd,
  type Turn,
} from '../../src/index.js';
import { buildFleet, buildRegistry, buildSimulatedVariant } from '../support/registry.js';

const [firstMs, everyMs, count, routers] = [5_000, 10, 1_000, 2];

const { router: routerParams, worker: workerParams, turn, cluster: transport } = defaultSimulationParams;

interface Ran {
  readonly ends: readonly QueryEnd[];
  readonly latenciesMs: readonly number[];
  readonly turns: readonly Turn[];
}

const small = buildSimulatedVariant('small', 0.9, { 1: 8 });

/** Sends queries to workers whose runs take 8 ms. */
function run(latencyMs: number, variant = small): Ran {
  const events = createEventQueue();
  const [ends, latenciesMs, turns]: [QueryEnd[], number[], Turn[]] = [[], [], []];
  const started = startCluster({
    ...{ events, assigned: [], plansFromMs: 0, routerParams, workerParams, planner: createPlanner(turn) },
    ...{ turnMs: () => 0, transport },
    cluster: createCluster(buildRegistry(variant), buildFleet(2, 2)),
    endsAt: firstMs + count * everyMs,
    routers: Array.from({ length: routers }, (_, index) => createSeededRng(index)),
    timesOf: () => ({ loadMs: () => 1_000, runMs: () => 8 }),
    onSettled(_, settled) {
      ends.push(settled.end);
      latenciesMs.push(settled.latencyMs);
    },
    onTurn: (turn) => turns.push(turn),
  });
  const stated = { latencyMs: milliseconds(latencyMs) };
  for (let index = 0; index < count; index += 1) {
    const query = { index, arrivesAt: firstMs + everyMs * index, target: 'images', stated, router: index % routers };
    events.schedule(query.arrivesAt, (now) => started.arrived(query, now));
  }
  events.runAll();
  return { ends, latenciesMs, turns };
}

describe('startCluster', () => {
  it('answers all queries within their objective, by replicas that turns have loaded', () => {
    const { ends, latenciesMs, turns } = run(100);
    equal(ends.length, count);
    ok(ends.every((end) => end === 'answered'));
    ok(latenciesMs.every((ms) => ms >= 8 && ms <= 100));
    ok(turns.some(({ actions }) => actions.some(({ kind }) => kind === 'load')));
  });
  it('rejects queries whose objective is shorter than a run', () => {
    ok(run(5).ends.every((end) => end === 'rejected'));
  });
  it('rejects queries that only a hardware class of no worker would answer in time', () => {
    const fast = small.profiles.map((profile) => ({
      ...profile,
      hardwareClass: 'absent',
      points: [{ batch: 1, p50Ms: 1, p95Ms: 1.04, p99Ms: 1.08 }],
    }));
    const { ends, turns } = run(5, { ...small, profiles: [...small.profiles, ...fast] });
    ok(ends.every((end) => end === 'rejected'));
    ok(turns.every(({ held }) => held.length === 0));
  });
});
