import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { planArrivals, replayTrace, type Trace, type TraceArrivals } from '../../src/index.js';
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

  it('is replayed without the arrivals that are not read yet', () => {
    const endless: Trace = { form: 'counts', counts: new Float64Array(10_000).fill(1_000), intervalMs: 1_000 };
    const arrivals = replayTrace({ trace: endless, rateScale: 1_000 }, countedRng(2_000_000));
    const [first] = arrivals;
    assert.ok(first !== undefined && first < 1);
  });

  it('fills the time after its last arrival', () => {
    const replayed = replay({ trace: { ...times, lengthMs: 200 }, rateScale: 1_000 });
    assert.ok(Math.abs(countBetween(replayed, 100, 200) / 1_000 - 1) < 0.01);
    assert.ok(Math.abs(countBetween(replayed, 150, 200) / 500 - 1) < 0.15);
  });

  it('keeps the gaps between its intervals', () => {
    const replayed = replay({ trace: { ...counts, startsMs: [0, 60_000, 600_000] } });
    assert.equal(countBetween(replayed, 60_000, 600_000), 0);
    assert.equal(countBetween(replayed, 600_000, 660_000), 1_000);
  });

  for (const [name, trace] of [
    ['counts', { form: 'counts', counts: [400, 0, 4_000], intervalMs: 1_000 }],
    [
      'times',
      { form: 'times', timesMs: [...Array.from({ length: 400 }, (_, index) => index), 2_000], lengthMs: 3_000 },
    ],
  ] as const satisfies readonly (readonly [string, Trace])[])
    it(`keeps its shape when shares of its ${name} are replayed separately`, () => {
      const shares = [0.5, 0.3, 0.15, 0.05];
      const parts = shares.map((share, index) => [
        ...replayTrace({ trace, rateScale: 10, share }, createSeededRng(index)),
      ]);
      const whole = replay({ trace, rateScale: 10 });
      for (const [fromMs, toMs] of [
        [0, 1_000],
        [1_000, 2_000],
        [2_000, 3_000],
      ] as const) {
        const expected = countBetween(whole, fromMs, toMs);
        const found = parts.map((part) => countBetween(part, fromMs, toMs));
        const sum = found.reduce((total, count) => total + count, 0);
        // Four standard deviations of a sum of independent choices.
        assert.ok(Math.abs(sum - expected) <= 4 * Math.sqrt(expected), `${sum} of ${expected}`);
        for (const [index, share] of shares.entries()) {
          const deviation = Math.abs((found[index] ?? 0) - share * expected);
          assert.ok(deviation <= 4 * Math.sqrt(share * expected), `${found[index]} of ${expected} for ${share}`);
        }
      }
      assert.ok(parts.every((part) => part.every((ms, index) => ms >= (part[index - 1] ?? 0))));
    });

  it('has no arrivals for a share of 0, and rejects one above 1', () => {
    assert.deepEqual([...replayTrace({ trace: counts, share: 0 }, createSeededRng(1))], []);
    assert.throws(
      () => replayTrace({ trace: counts, share: 1.5 }, createSeededRng(1)),
      /share is 1.5: expected a number/,
    );
  });
});

/** Returns a source of numbers that fails after a number of them. */
function countedRng(limit: number): () => number {
  const rng = createSeededRng(1);
  let left = limit;
  return () => (left-- > 0 ? rng() : assert.fail(`more than ${limit} numbers were drawn`));
}
