// Loads that change: bursts, and a step.

import type { Row } from '../../../report.js';
import { attainedShare, secondsToAttain } from '../attained.js';
import { bursts, steady, together } from '../traffic.js';
import { rowsOverSeeds, type RunScenario } from './rows-over-seeds.js';
import { images, model, oneTask, within } from './scenarios.js';

const cluster = oneTask(8, 2, [model('plain', 0.9, { 1: 8 })]);
const common = { cluster, routers: 4 };

const [burstMs, periodMs, count] = [2_000, 20_000, 6];

function measureBursts(run: RunScenario): readonly Row[] {
  const streams = [images(within(100), bursts(1_000, burstMs, periodMs, count))];
  return rowsOverSeeds(run, { ...common, streams, loadMs: 1_000 }, [
    {
      name: 'bursts of 2 s at 1,000/s every 20 s, 16 slots: attained from the third on',
      ...{ unit: 'x', reach: { above: 0.97 }, valueOf: (ran) => attainedShare(ran, { fromMs: 2 * periodMs }) },
    },
  ]);
}

const [stepMs, durationMs] = [20_000, 40_000];

function measureStep(run: RunScenario): readonly Row[] {
  const arrivals = together(steady(100, 0, stepMs), steady(1_000, stepMs, durationMs));
  return rowsOverSeeds(run, { ...common, streams: [images(within(100), arrivals)], loadMs: 200 }, [
    {
      name: 'step from 100/s to 1,000/s, 16 slots: time until 99 % attain',
      ...{ unit: 's', reach: { below: 2 }, valueOf: (ran) => secondsToAttain(ran, 0.99, stepMs, durationMs) },
    },
  ]);
}

export const measureChangingRates = (run: RunScenario): readonly Row[] => [...measureBursts(run), ...measureStep(run)];
