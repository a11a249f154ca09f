// A model on a fast class of hardware, and on a cheaper one that is too slow for the objective.

import type { Row } from '../../../report.js';
import { attainedShare } from '../attained.js';
import { loadsOn } from '../decisions.js';
import { firstQueryMs } from '../simulate-cluster.js';
import { steady } from '../traffic.js';
import { rowsOverSeeds, type RunScenario } from './rows-over-seeds.js';
import { images, model, workersOn } from './scenarios.js';

const cluster = {
  prices: { fast: 0.2, slow: 0.01 },
  workers: [...workersOn('fast', 2, 2), ...workersOn('slow', 2, 2)],
  tasks: { images: 50 },
  models: [{ ...model('model', 0.9, {}), times: { fast: { 1: 10 }, slow: { 1: 120 } } }],
};
const [fromMs, durationMs] = [5_000, 30_000];

/** The first queries are held, because nothing is loaded before. */
export function measureTwoClasses(run: RunScenario): readonly Row[] {
  const streams = [images({}, steady(50, 0, durationMs))];
  const name = '50/s within 50 ms, a class of 10 ms and a cheaper one of 120 ms';
  return rowsOverSeeds(run, { cluster, streams, routers: 4, loadMs: 1_000, plansFromMs: firstQueryMs }, [
    { name: `${name}: loads on the slow one`, unit: '', reach: { below: 1 }, valueOf: (ran) => loadsOn('slow', ran) },
    {
      name: `${name}: attained`,
      ...{ unit: 'x', reach: { above: 0.99 }, valueOf: (ran) => attainedShare(ran, { fromMs }) },
    },
  ]);
}
