import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { createSeededRng } from '@pareto/core';
import { planArrivals, type ArrivalProcess, type Trace } from '../../src/index.js';
import { countBetween, gapsOf, variationOf } from './statistics.js';

const plan = (process: ArrivalProcess, durationMs: number, seed = 7): readonly number[] => [
  ...planArrivals(process, durationMs, createSeededRng(seed)),
];

const segment = { startMs: 0, endMs: 15_000, ratePerSecond: 30 };
const clients: Trace = {
  form: 'clients',
  lengthMs: 15_000,
  clients: [
    { seed: 1, segments: [{ ...segment, law: 'gamma', shape: 0.3 }] },
    { seed: 2, segments: [{ ...segment, law: 'weibull', shape: 0.6 }] },
  ],
};

const processes: readonly ArrivalProcess[] = [
  { kind: 'constant', ratePerSecond: 50 },
  { kind: 'poisson', ratePerSecond: 50 },
  { kind: 'gamma', ratePerSecond: 50, variation: 3 },
  { kind: 'gamma', ratePerSecond: 50, variation: 0.5 },
  { kind: 'diurnal', ratePerSecond: 50, amplitude: 0.8, periodMs: 4_000 },
  { kind: 'step', ratePerSecond: 20, factor: 4, atMs: 5_000 },
  { kind: 'trace', trace: { form: 'times', timesMs: [1, 5, 5, 900] }, rateScale: 2.5, timeScale: 3 },
  { kind: 'trace', trace: { form: 'counts', counts: [3, 0, 20], intervalMs: 700 }, rateScale: 0.4 },
  { kind: 'trace', trace: clients, share: 0.7 },
];

describe('planArrivals', () => {
  it('returns ascending times within the duration, the same for the same seed', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...processes),
        fc.integer({ min: 1, max: 20_000 }),
        fc.nat(),
        (process, durationMs, seed) => {
          const times = plan(process, durationMs, seed);
          assert.ok(times.every((ms, index) => ms >= (times[index - 1] ?? 0) && ms < durationMs));
          assert.deepEqual(plan(process, durationMs, seed), times);
        },
      ),
    ));

  it('returns the same times on each release of Node', () => {
    const hash = createHash('sha256');
    for (const process of processes) hash.update(JSON.stringify(plan(process, 20_000)));
    assert.equal(hash.digest('hex').slice(0, 16), '58352c23bf7bc6d2');
  });

  it('spaces constant arrivals evenly', () => {
    assert.deepEqual(plan({ kind: 'constant', ratePerSecond: 4 }, 1_000), [0, 250, 500, 750]);
    assert.equal(plan({ kind: 'constant', ratePerSecond: 3 }, 3_600_000).length, 10_800);
  });

  const renewals: readonly (readonly [ArrivalProcess, variation: number])[] = [
    [{ kind: 'poisson', ratePerSecond: 100 }, 1],
    [{ kind: 'gamma', ratePerSecond: 100, variation: 0.5 }, 0.5],
    [{ kind: 'gamma', ratePerSecond: 100, variation: 1 }, 1],
    [{ kind: 'gamma', ratePerSecond: 100, variation: 2 }, 2],
  ];
  for (const [process, variation] of renewals)
    it(`has the rate and the gaps of ${process.kind} with a variation of ${variation}`, () => {
      const times = plan(process, 1_000_000);
      assert.ok(Math.abs(times.length / 100_000 - 1) < 0.02, `${times.length}`);
      assert.ok(Math.abs(variationOf(gapsOf(times)) / variation - 1) < 0.03, `${variationOf(gapsOf(times))}`);
    });

  it('follows the rate of a diurnal process', () => {
    const times = plan({ kind: 'diurnal', ratePerSecond: 100, amplitude: 0.5, periodMs: 400_000 }, 400_000);
    // The mean of cos over a quarter of its period around the peak is 2√2 / π.
    const deviation = (0.5 * 2 * Math.SQRT2) / Math.PI;
    const expected = { peak: 10_000 * (1 + deviation), trough: 10_000 * (1 - deviation), all: 40_000 };
    assert.ok(Math.abs(countBetween(times, 50_000, 150_000) / expected.peak - 1) < 0.03);
    assert.ok(Math.abs(countBetween(times, 250_000, 350_000) / expected.trough - 1) < 0.03);
    assert.ok(Math.abs(times.length / expected.all - 1) < 0.02);
  });

  it('starts a diurnal process at a given peak', () => {
    const process: ArrivalProcess = {
      ...{ kind: 'diurnal', ratePerSecond: 100, amplitude: 1, periodMs: 100_000 },
      peakMs: 0,
    };
    const times = plan(process, 100_000);
    assert.ok(countBetween(times, 0, 10_000) > 5 * countBetween(times, 45_000, 55_000));
  });

  it('changes the rate at a step', () => {
    const times = plan({ kind: 'step', ratePerSecond: 20, factor: 10, atMs: 100_000 }, 200_000);
    assert.ok(Math.abs(countBetween(times, 0, 100_000) / 2_000 - 1) < 0.06);
    assert.ok(Math.abs(countBetween(times, 100_000, 200_000) / 20_000 - 1) < 0.02);
  });

  it('ends at a step by a factor of 0, and starts with one at 0', () => {
    const ended = plan({ kind: 'step', ratePerSecond: 100, factor: 0, atMs: 500 }, 10_000);
    assert.ok(ended.length > 20 && ended.every((ms) => ms < 500));
    assert.ok(plan({ kind: 'step', ratePerSecond: 1, factor: 100, atMs: 0 }, 1_000).length > 50);
  });

  const invalid: readonly (readonly [ArrivalProcess, RegExp])[] = [
    [{ kind: 'constant', ratePerSecond: 0 }, /ratePerSecond is 0: expected a finite number above 0/],
    [{ kind: 'poisson', ratePerSecond: Infinity }, /ratePerSecond is Infinity/],
    [{ kind: 'gamma', ratePerSecond: 1, variation: -1 }, /variation is -1/],
    [
      { kind: 'diurnal', ratePerSecond: 1, amplitude: 1.5, periodMs: 1 },
      /amplitude is 1.5: expected a number from 0 to 1/,
    ],
    [{ kind: 'step', ratePerSecond: 1, factor: -1, atMs: 0 }, /factor is -1: expected a finite number of at least 0/],
    [{ kind: 'trace', trace: { form: 'times', timesMs: [] }, timeScale: 0 }, /timeScale is 0/],
  ];
  for (const [process, message] of invalid)
    it(`rejects invalid parameters: ${message.source}`, () => assert.throws(() => plan(process, 1), message));
});
