// An objective that leaves queries little time to wait.

import type { Row } from '../../../report.js';
import { attainedShare } from '../attained.js';
import { steady } from '../traffic.js';
import { rowsOverSeeds, type RunScenario } from './rows-over-seeds.js';
import { images, model, oneTask, within } from './scenarios.js';

const cluster = oneTask(8, 2, [model('plain', 0.9, { 1: 40 })]);
const [fromMs, durationMs] = [15_000, 60_000];

export function measureLittleSlack(run: RunScenario): readonly Row[] {
  const streams = [images(within(60), steady(150, 0, durationMs))];
  return rowsOverSeeds(run, { cluster, streams, routers: 4, loadMs: 1_000 }, [
    {
      name: '150/s of 40 ms within 60 ms, 16 slots: attained',
      ...{ unit: 'x', reach: { above: 0.98 }, valueOf: (ran) => attainedShare(ran, { fromMs }) },
    },
  ]);
}
