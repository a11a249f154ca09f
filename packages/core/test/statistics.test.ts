import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bootstrap95, createSeededRng } from '../src/index.js';

type Interval = readonly [lower: number, upper: number];

function ofMean(values: readonly number[], seed = 1): Interval {
  const mean = (indices: Uint32Array): number =>
    indices.reduce((sum, index) => sum + (values[index] ?? Number.NaN), 0) / indices.length;
  return bootstrap95(values.length, mean, createSeededRng(seed), 300);
}

const widthOf = ([lower, upper]: Interval): number => upper - lower;
const uniform = (count: number, seed: number): readonly number[] =>
  Array.from({ length: count }, createSeededRng(seed));

describe('bootstrap95', () => {
  it('returns an interval that includes the statistic, within the range of the values', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.nat(), (sample, seed) => {
        const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
        const [lower, upper] = ofMean(sample, seed);
        assert.ok(lower <= mean + 1e-12 && mean - 1e-12 <= upper, `${lower} ${mean} ${upper}`);
        assert.ok(Math.min(...sample) - 1e-12 <= lower && upper <= Math.max(...sample) + 1e-12);
      }),
      { numRuns: 60 },
    );
  });

  it('shrinks with the square root of the number of samples', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const [few, many] = [widthOf(ofMean(uniform(100, seed))), widthOf(ofMean(uniform(1600, seed)))];
        assert.ok(many < few / 2.5 && many > few / 6, `${few} ${many}`);
      }),
      { numRuns: 20 },
    );
  });

  it('includes the true mean in about 95 % of cases', () => {
    const held = Array.from({ length: 300 }, (_, seed) => ofMean(uniform(100, seed), seed)).filter(
      ([lower, upper]) => lower <= 0.5 && 0.5 <= upper,
    ).length;
    assert.ok(held >= 0.9 * 300 && held <= 0.99 * 300, `${held} of 300`);
  });

  it('is reproducible for a seeded source', () => {
    const values = uniform(50, 3);
    assert.deepEqual(ofMean(values, 9), ofMean(values, 9));
    assert.notDeepEqual(ofMean(values, 9), ofMean(values, 10));
  });

  it('returns [0, 1] without samples', () => {
    assert.deepEqual(ofMean([]), [0, 1]);
  });
});
