// Runs that take twice as long as profiled.

import type { Row } from '../../../report.js';
import { attainedShare } from '../attained.js';
import { steady } from '../traffic.js';
import { rowsOverSeeds, type RunScenario } from './rows-over-seeds.js';
import { images, model, oneTask, within } from './scenarios.js';

const cluster = oneTask(8, 2, [model('plain', 0.9, { 1: 10 })]);
const [fromMs, durationMs] = [15_000, 25_000];

export function measureSlowService(run: RunScenario): readonly Row[] {
  const streams = [images(within(100), steady(450, 0, durationMs))];
  return rowsOverSeeds(run, { cluster, streams, routers: 4, loadMs: 1_000, slowness: 2 }, [
    {
      name: 'service at twice the profile, 16 slots: attained',
      ...{ unit: 'x', reach: { above: 0.98 }, valueOf: (ran) => attainedShare(ran, { fromMs }) },
    },
  ]);
}
