// Two tasks that share slots which are too few for both.

import type { Row } from '../../../report.js';
import { answeredShare } from '../attained.js';
import { firstQueryMs, type ClusterRun } from '../simulate-cluster.js';
import { steady } from '../traffic.js';
import { rowsOverSeeds, type RunScenario } from './rows-over-seeds.js';
import { model, plainWorkers, within } from './scenarios.js';

const cluster = {
  ...plainWorkers(2, 2),
  tasks: { strict: undefined, loose: undefined },
  models: ['strict', 'loose'].map((task) => model(`model-${task}`, 0.9, { 1: 10 }, task)),
};
/** Each task has a replica for each slot. */
const replicas = ['strict', 'loose'].flatMap((task) =>
  [0, 0, 1, 1].map((worker) => [`model-${task}`, worker] as const),
);
const plansFromMs = firstQueryMs + 1_100;
const [fromMs, durationMs] = [15_000, 25_000];

export function measureTwoTasks(run: RunScenario): readonly Row[] {
  const arrivals = steady(600, 0, durationMs);
  const streams = [
    { task: 'strict', stated: within(100), arrivals },
    { task: 'loose', stated: within(1_000), arrivals },
  ];
  const answered = (ran: ClusterRun, task: string): number => answeredShare(ran, { task, fromMs });
  const ratio = (ran: ClusterRun): number => {
    const shares = [answered(ran, 'strict'), answered(ran, 'loose')];
    return Math.min(...shares) / Math.max(...shares);
  };
  const name = 'two tasks at 600/s each, 4 slots';
  return rowsOverSeeds(run, { cluster, replicas, plansFromMs, streams, routers: 4, loadMs: 1_000 }, [
    { name: `${name}: answered of those within 100 ms`, unit: 'x', valueOf: (ran) => answered(ran, 'strict') },
    { name: `${name}: answered of those within 1 s`, unit: 'x', valueOf: (ran) => answered(ran, 'loose') },
    { name: `${name}: smaller share / larger share`, unit: 'x', reach: { above: 0.9 }, valueOf: ratio },
  ]);
}
