// A small and a big variant on slots that are too few for the big one.

import type { Row } from '../../../report.js';
import { attainedShare } from '../attained.js';
import { firstQueryMs, type Scenario } from '../simulate-cluster.js';
import { steady } from '../traffic.js';
import { rowsOverSeeds, type Measure, type RunScenario } from './rows-over-seeds.js';
import { images, model, oneTask, within } from './scenarios.js';

const cluster = oneTask(4, 2, [model('small', 0.8, { 1: 5 }), model('big', 0.95, { 1: 40 })]);
const common = { cluster, routers: 4, loadMs: 1_000 };
/** Replicas of both variants, after both have answered. */
const both = (small: readonly number[], big: readonly number[]): NonNullable<Scenario['replicas']> => [
  ...small.map((worker) => ['small', worker] as const),
  ...big.map((worker) => ['big', worker] as const),
];
const fewBig = both([0, 0, 1, 2, 3], [0, 1, 2, 3]);
const manyBig = both([0, 1, 2], [0, 0, 1, 1, 2, 2, 3, 3]);
/** Time at which the controller has reports of the demand. */
const plansFromMs = firstQueryMs + 1_100;
const [fromMs, durationMs] = [15_000, 25_000];

const attained = (name: string): Measure => ({
  ...{ name, unit: 'x', reach: { above: 0.99 }, valueOf: (run) => attainedShare(run, { fromMs }) },
});

export function measureSmallAndBig(run: RunScenario): readonly Row[] {
  const loose = images(within(200), steady(1_300, 0, durationMs));
  const unstated = images({}, steady(600, 0, durationMs));
  return [
    ...rowsOverSeeds(run, { ...common, replicas: fewBig, plansFromMs, streams: [loose] }, [
      attained('1,300/s that a small and a big variant meet, 8 slots: attained'),
    ]),
    ...rowsOverSeeds(run, { ...common, replicas: manyBig, plansFromMs, streams: [unstated] }, [
      attained('600/s without an objective, a small and a big variant, 8 slots: attained'),
    ]),
  ];
}
