// A variant that answers more in large batches, with objectives that allow only small ones.

import type { Row } from '../../../report.js';
import { attainedShare } from '../attained.js';
import { steady } from '../traffic.js';
import { rowsOverSeeds, type RunScenario } from './rows-over-seeds.js';
import { images, model, oneTask, within } from './scenarios.js';

const cluster = oneTask(8, 2, [model('batched', 0.9, { 1: 8, 2: 13, 4: 18, 8: 31, 16: 53, 32: 79 })]);
const [fromMs, durationMs] = [10_000, 20_000];
const objectives = [
  { latencyMs: 100, above: 0.99 },
  { latencyMs: 40, above: 0.98 },
  { latencyMs: 25, above: 0.97 },
];

export const measureBatches = (run: RunScenario): readonly Row[] =>
  objectives.flatMap(({ latencyMs, above }) => {
    const streams = [images(within(latencyMs), steady(1_000, 0, durationMs))];
    return rowsOverSeeds(run, { cluster, streams, routers: 4, loadMs: 1_000 }, [
      {
        name: `1,000/s in batches within ${latencyMs} ms, 16 slots: attained`,
        ...{ unit: 'x', reach: { above }, valueOf: (ran) => attainedShare(ran, { fromMs }) },
      },
    ]);
  });
