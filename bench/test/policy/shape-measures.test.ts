import assert from 'node:assert/strict';
import type { SimulationResult } from '@pareto/simulator';
import {
  mostLoadsPerMinute,
  secondsUntilAccurate,
  secondsUntilMet,
  shareOnTime,
  spreadOfTasks,
} from '../../policy/shape-measures.js';

/** Builds a result with 10 queries per second, all answered, of which these are on time, with these accuracies. */
function resultOf(
  onTime: readonly number[],
  accuracies: readonly number[] = onTime.map(() => 0.9),
  replicas: readonly (readonly number[])[] = [],
): Pick<SimulationResult, 'series'> {
  const each = (value: number): number[] => onTime.map(() => value);
  const series = {
    ...{ asked: each(10), answered: each(10), onTime, accuracySum: accuracies.map((accuracy) => 10 * accuracy) },
    ...{ late: each(0), inaccurate: each(0), rejected: each(0), dropped: each(0) },
    ...{ usd: each(0), busySlots: each(0), usedSlots: each(0), capacity: each(0) },
    variants: replicas.map((counts) => ({ variant: 'v', hardwareClass: 'cpu', replicas: counts, answered: each(0) })),
  };
  return { series };
}

describe('measures of loads that change', () => {
  it('find from when on all windows of five seconds are met, or take the rest of the run', () => {
    const onTime = [...Array<number>(10).fill(10), 0, 0, 4, ...Array<number>(7).fill(10)];
    assert.equal(secondsUntilMet(resultOf(onTime), 10, 0.99), 3);
    assert.equal(secondsUntilMet(resultOf(onTime), 10, 0.8), 2);
    assert.equal(secondsUntilMet(resultOf(Array<number>(20).fill(9)), 5, 0.99), 15);
    const relapsed = [...onTime, ...Array<number>(3).fill(10), 0, ...Array<number>(9).fill(10)];
    assert.equal(secondsUntilMet(resultOf(relapsed), 10, 0.99), 14);
    assert.equal(secondsUntilMet(resultOf([...onTime, 0]), 10, 0.99), 11);
    assert.equal(shareOnTime(resultOf(onTime), { from: 10, to: 13 }), 4 / 30);
  });

  it('find when the answers are as accurate again, within half a point', () => {
    const accuracies = [...Array<number>(5).fill(0.9), 0.7, 0.7, ...Array<number>(8).fill(0.896)];
    const result = resultOf(
      accuracies.map(() => 10),
      accuracies,
    );
    assert.equal(secondsUntilAccurate(result, { from: 0, to: 5 }, 5), 2);
  });

  it('count the replicas that became ready, of the variant with the most', () => {
    const flat = [0, 1, 1, 1, 1, 1];
    const result = resultOf(
      flat.map(() => 10),
      undefined,
      [flat, [5, 5, 6, 4, 6, 6]],
    );
    assert.equal(mostLoadsPerMinute(result, { from: 0, to: 6 }), 30);
    assert.equal(mostLoadsPerMinute(result, { from: 4, to: 6 }), 0);
  });

  it('take the difference of the best and the worst task', () => {
    const stream = (task: string, asked: number, onTime: number): SimulationResult['streams'][number] => ({
      ...{ task, objective: {} },
      totals: {
        ...{ asked, onTime, answered: onTime, late: 0, inaccurate: 0, rejected: asked - onTime, dropped: 0 },
        ...{ unfinished: 0, accuracySum: 0, onTimeAccuracySum: 0, latency: { p50Ms: 0, p95Ms: 0, p99Ms: 0 } },
      },
    });
    const streams = [stream('a', 10, 10), stream('a', 10, 6), stream('b', 10, 5), stream('b', 10, 0)];
    assert.ok(Math.abs(spreadOfTasks({ streams }, { from: 0, to: 3 }) - 0.3) < 1e-9);
  });
});
