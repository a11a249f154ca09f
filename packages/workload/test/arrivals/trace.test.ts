import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { planArrivals, type Trace, type TraceArrivals } from '../../src/index.js';
import { countBetween } from './statistics.js';

const replay = (parameters: TraceArrivals, durationMs = 1e9): readonly number[] => [
  ...planArrivals({ kind: 'trace', ...parameters }, durationMs, createSeededRng(7)),
];

const times: Trace = { form: 'times', timesMs: [0, 10, 10, 40, 100] };
const steady: Trace = { form: 'times', timesMs: Array.from({ length: 10_000 }, (_, index) => index * 10) };
const counts: Trace = { form: 'counts', counts: [100, 0, 1_000], intervalMs: 60_000 };

describe('a trace', () => {
  it('is replayed at its own times, up to the duration', () => {
    assert.deepEqual(replay({ trace: times }), [0, 10, 10, 40, 100]);
    assert.deepEqual(replay({ trace: times }, 100), [0, 10, 10, 40]);
  });

  it('is shortened with all its arrivals if the rate rises by as much', () =>
    assert.deepEqual(replay({ trace: times, timeScale: 0.5, rateScale: 2 }), [0, 5, 5, 20, 50]));

  it('keeps its rate if it is only shortened', () => {
    const replayed = replay({ trace: steady, timeScale: 0.25 });
    assert.ok(Math.abs(replayed.length / 2_500 - 1) < 0.05, `${replayed.length}`);
    assert.ok((replayed.at(-1) ?? NaN) < 25_000);
  });

  it('has more arrivals between its times at a higher rate', () => {
    const replayed = replay({ trace: steady, rateScale: 2.5 });
    assert.ok(Math.abs(replayed.length / 25_000 - 1) < 0.02, `${replayed.length}`);
    assert.ok(Math.abs(countBetween(replayed, 20_000, 40_000) / 5_000 - 1) < 0.03);
  });

  it('spreads counts over their intervals', () => {
    const replayed = replay({ trace: counts });
    const found = [0, 1, 2].map((index) => countBetween(replayed, index * 60_000, (index + 1) * 60_000));
    assert.deepEqual(found, [100, 0, 1_000]);
    assert.ok(Math.abs(countBetween(replayed, 120_000, 150_000) / 500 - 1) < 0.1);
  });

  it('scales counts', () => {
    const replayed = replay({ trace: counts, rateScale: 3, timeScale: 0.5 });
    assert.ok(Math.abs(countBetween(replayed, 0, 30_000) - 150) < 1);
    assert.equal(countBetween(replayed, 30_000, 60_000), 0);
    assert.ok(Math.abs(countBetween(replayed, 60_000, 90_000) - 1_500) < 1);
  });
});
