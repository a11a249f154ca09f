// A task without demand, next to one that needs its memory.

import type { Row } from '../../../report.js';
import { attainedShare } from '../attained.js';
import { turnsThatKeep } from '../decisions.js';
import { firstQueryMs } from '../simulate-cluster.js';
import { steady } from '../traffic.js';
import { rowsOverSeeds, type RunScenario } from './rows-over-seeds.js';
import { model, plainWorkers, within } from './scenarios.js';

/** Each worker has memory for two replicas. */
const workers = plainWorkers(2, 2);
const cluster = {
  ...workers,
  workers: workers.workers.map((worker) => ({ ...worker, memoryMib: 250 })),
  tasks: { idle: undefined, busy: undefined },
  models: [
    model('idle-small', 0.8, { 1: 5 }, 'idle'),
    model('idle-big', 0.95, { 1: 20 }, 'idle'),
    model('busy', 0.9, { 1: 40 }, 'busy'),
  ],
};
const [queriedForMs, busyFromMs, durationMs] = [10_000, 20_000, 200_000];
/** Time without demand after which the first task is idle. Its rates count for up to two hold-downs of a minute. */
const idleMs = 10_000;
const idleFromMs = queriedForMs + 120_000 + idleMs;

export function measureIdleTask(run: RunScenario): readonly Row[] {
  const streams = [
    { task: 'idle', stated: within(100), arrivals: steady(50, 0, queriedForMs) },
    { task: 'busy', stated: within(400), arrivals: steady(62, busyFromMs, durationMs) },
  ];
  const fromMs = firstQueryMs + idleFromMs + 15_000;
  const name = 'a task without demand next to one that lacks its memory';
  return rowsOverSeeds(run, { cluster, streams, routers: 4, loadMs: 1_000, idleMs }, [
    {
      name: `${name}: turns that keep its replicas`,
      ...{ unit: '', reach: { below: 1 }, valueOf: (ran) => turnsThatKeep('idle', ran, fromMs) },
    },
    {
      name: `${name}: attained by the other one`,
      ...{ unit: 'x', valueOf: (ran) => attainedShare(ran, { task: 'busy', fromMs: busyFromMs + 10_000 }) },
    },
  ]);
}
