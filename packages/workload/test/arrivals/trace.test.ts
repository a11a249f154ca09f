import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { planArrivals, replayTrace, type Trace, type TraceArrivals } from '../../src/index.js';
import { countBetween, gapsOf, variationOf } from './statistics.js';

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

describe('a trace of clients', () => {
  const lengthMs = 4_000_000;
  const client = (law: 'gamma' | 'weibull', shape: number): Trace => ({
    form: 'clients',
    lengthMs,
    clients: [{ seed: 3, segments: [{ startMs: 0, endMs: lengthMs, ratePerSecond: 20, law, shape }] }],
  });

  // The variation of the gamma distribution is shape^-0.5; Γ(3) / Γ(2)² = 2 and Γ(5) / Γ(3)² = 6 give that of Weibull.
  for (const [law, shape, variation] of [
    ['gamma', 4, 0.5],
    ['gamma', 0.25, 2],
    ['weibull', 1, 1],
    ['weibull', 0.5, Math.sqrt(5)],
  ] as const)
    it(`has the rate and the gaps of the law ${law} with a shape of ${shape}`, () => {
      const found = replay({ trace: client(law, shape), rateScale: 2 });
      assert.ok(Math.abs(found.length / 160_000 - 1) < 0.02, `${found.length}`);
      assert.ok(Math.abs(variationOf(gapsOf(found)) / variation - 1) < 0.04, `${variationOf(gapsOf(found))}`);
    });

  it('does not begin with a burst of all clients', () => {
    const clients = Array.from({ length: 2_000 }, (_, seed) => ({
      seed,
      segments: [{ startMs: 0, endMs: 10_000, ratePerSecond: 1, law: 'gamma' as const, shape: 0.1 }],
    }));
    const found = replay({ trace: { form: 'clients', clients, lengthMs: 10_000 } });
    const [start, end] = [countBetween(found, 0, 1_000), countBetween(found, 9_000, 10_000)];
    assert.ok(Math.abs(start / 2_000 - 1) < 0.3 && Math.abs(end / 2_000 - 1) < 0.3, `${start} and then ${end}`);
  });

  it('has arrivals in its segments only, at their rates', () => {
    const segment = { law: 'weibull', shape: 0.8 } as const;
    const segments = [
      { ...segment, startMs: 0, endMs: 1_000_000, ratePerSecond: 10 },
      { ...segment, startMs: 2_000_000, endMs: 3_000_000, ratePerSecond: 40 },
    ];
    const trace: Trace = { form: 'clients', clients: [{ seed: 1, segments }], lengthMs };
    for (const timeScale of [1, 0.5]) {
      const found = replay({ trace, timeScale });
      const count = (fromMs: number, toMs: number): number => countBetween(found, fromMs * timeScale, toMs * timeScale);
      assert.ok(Math.abs(count(0, 1_000_000) / (10_000 * timeScale) - 1) < 0.06);
      assert.equal(count(1_000_000, 2_000_000), 0);
      assert.ok(Math.abs(count(2_000_000, 3_000_000) / (40_000 * timeScale) - 1) < 0.03);
      assert.equal(count(3_000_000, 9_000_000), 0);
    }
  });

  it('has the same arrivals in each replay, of which a share is a part', () => {
    const trace = client('gamma', 0.5);
    const whole = new Set(replay({ trace }));
    const part = [...replayTrace({ trace, share: 0.1 }, createSeededRng(99))];
    assert.ok(part.every((ms) => whole.has(ms)));
    assert.ok(Math.abs(part.length / whole.size - 0.1) < 0.005, `${part.length} of ${whole.size}`);
  });
});
