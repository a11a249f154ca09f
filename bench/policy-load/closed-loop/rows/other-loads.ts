// Loads that differ from those of the other rows: several accuracy floors, tasks whose bursts alternate, and a rate that falls.

import type { Row } from '../../../report.js';
import { attainedShare } from '../attained.js';
import type { ClusterRun } from '../simulate-cluster.js';
import { firstQueryMs } from '../simulate-cluster.js';
import { steady, together } from '../traffic.js';
import { rowsOverSeeds, type Measure, type RunScenario } from './rows-over-seeds.js';
import { images, model, oneTask, plainWorkers, within } from './scenarios.js';

const common = { routers: 4, loadMs: 1_000 };

const attained = (name: string, fromMs: number): Measure => ({
  ...{ name, unit: 'x', valueOf: (ran) => attainedShare(ran, { fromMs }) },
});

function measureFloors(run: RunScenario): readonly Row[] {
  const durationMs = 50_000;
  const cluster = oneTask(4, 2, [
    ...[model('small', 0.8, { 1: 5 }), model('medium', 0.9, { 1: 15 }), model('big', 0.95, { 1: 40 })],
  ]);
  const streams = [
    images(within(200), steady(200, 0, durationMs)),
    images({ ...within(200), minAccuracy: 0.88 }, steady(100, 0, durationMs)),
    images({ ...within(400), minAccuracy: 0.94 }, steady(50, 0, durationMs)),
  ];
  return rowsOverSeeds(run, { ...common, cluster, streams }, [
    attained('three accuracy floors, 8 slots: attained', 20_000),
  ]);
}

function measureAlternatingBursts(run: RunScenario): readonly Row[] {
  const [burstMs, count] = [3_000, 12];
  const tasks = ['first', 'second'];
  const cluster = {
    ...{ ...plainWorkers(4, 2), tasks: { first: undefined, second: undefined } },
    models: tasks.map((task) => model(`model-${task}`, 0.9, { 1: 8 }, task)),
  };
  const streams = tasks.map((task, offset) => {
    const starts = Array.from({ length: count / 2 }, (_, index) => (2 * index + offset) * burstMs);
    const arrivals = together(...starts.map((at) => steady(500, at, at + burstMs)));
    return { task, stated: within(100), arrivals };
  });
  const name = 'bursts of two tasks that alternate, 500/s for 3 s each, 8 slots: attained from the third of each on';
  return rowsOverSeeds(run, { ...common, cluster, streams }, [attained(name, 4 * burstMs)]);
}

function measureFall(run: RunScenario): readonly Row[] {
  const [fallMs, durationMs] = [20_000, 180_000];
  const cluster = oneTask(8, 2, [model('plain', 0.9, { 1: 10 })]);
  const streams = [images(within(100), together(steady(800, 0, fallMs), steady(80, fallMs, durationMs)))];
  const name = 'rate that falls from 800/s to 80/s, 16 slots';
  const replicasAt = ({ turns }: ClusterRun, ms: number): number =>
    turns.findLast(({ observed }) => observed.now < firstQueryMs + ms)?.observed.replicas.length ?? 0;
  return rowsOverSeeds(run, { ...common, cluster, streams }, [
    attained(`${name}: attained`, 10_000),
    { name: `${name}: replicas before`, unit: '', valueOf: (ran) => replicasAt(ran, fallMs) },
    { name: `${name}: replicas at the end`, unit: '', valueOf: (ran) => replicasAt(ran, durationMs) },
  ]);
}

export const measureOtherLoads = (run: RunScenario): readonly Row[] => [
  ...measureFloors(run),
  ...measureAlternatingBursts(run),
  ...measureFall(run),
];
