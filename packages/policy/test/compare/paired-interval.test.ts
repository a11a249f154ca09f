import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng } from '@pareto/core';
import { bootstrapMean95, tango95 } from '../../src/index.js';

const z2 = 1.959963984540054 ** 2;
const counts = fc.tuple(fc.nat(40), fc.nat(40), fc.integer({ min: 1, max: 400 })).map(([b, c, rest]) => {
  return { b, c, samples: b + c + rest };
});

/** Returns the square of the score statistic, with the nuisance parameter found by a search instead of a formula. */
function squaredScore(b: number, c: number, samples: number, difference: number): number {
  const [low, high] = [Math.max(0, -difference), (1 - difference) / 2];
  const likelihood = (q: number): number => {
    const log = (count: number, share: number): number => (count === 0 ? 0 : count * Math.log(share));
    return log(b, q + difference) + log(c, q) + log(samples - b - c, 1 - 2 * q - difference);
  };
  let [from, to] = [low, high];
  for (let round = 0; round < 200; round++) {
    const [left, right] = [from + (to - from) / 3, to - (to - from) / 3];
    if (likelihood(left) < likelihood(right)) from = left;
    else to = right;
  }
  const q = (from + to) / 2;
  return (b - c - samples * difference) ** 2 / (samples * (2 * q + difference * (1 - difference)));
}

describe('tango95', () => {
  it('has limits at which the score test just rejects', () => {
    fc.assert(
      fc.property(counts, ({ b, c, samples }) => {
        const { lower, upper } = tango95(b, c, samples);
        for (const limit of [lower, upper]) {
          const score = squaredScore(b, c, samples, limit);
          assert.ok(Math.abs(score - z2) < 1e-3, `${score} at ${limit}`);
        }
      }),
    );
  });

  it('includes the difference, mirrors, and lies in [-1, 1]', () => {
    fc.assert(
      fc.property(counts, ({ b, c, samples }) => {
        const [own, mirrored] = [tango95(b, c, samples), tango95(c, b, samples)];
        const difference = (b - c) / samples;
        assert.ok(own.lower <= difference && difference <= own.upper && own.lower >= -1 && own.upper <= 1);
        assert.ok(Math.abs(own.lower + mirrored.upper) < 1e-9 && Math.abs(own.upper + mirrored.lower) < 1e-9);
      }),
    );
  });

  it('excludes 0 exactly if McNemar’s test rejects', () => {
    fc.assert(
      fc.property(counts, ({ b, c, samples }) => {
        const isRejected = (b - c) ** 2 > z2 * (b + c);
        const { lower, upper } = tango95(b, c, samples);
        assert.equal(lower > 1e-9 || upper < -1e-9, isRejected);
      }),
    );
  });

  it('is not empty without samples that differ', () => {
    assert.ok(Math.abs(tango95(0, 0, 300).upper - z2 / (300 + z2)) < 1e-9);
    assert.deepEqual(tango95(0, 0, 0), { lower: -1, upper: 1 });
  });
});

describe('bootstrapMean95', () => {
  it('is close to the interval of a normal mean, and repeatable', () => {
    const rng = createSeededRng(1);
    const differences = Float64Array.from({ length: 800 }, () => 0.02 + 0.2 * (rng() - 0.5));
    const mean = differences.reduce((sum, value) => sum + value, 0) / 800;
    const spread = 1.96 * Math.sqrt(0.2 ** 2 / 12 / 800);
    const { lower, upper } = bootstrapMean95(differences, 1);
    assert.ok(Math.abs(lower - (mean - spread)) < spread / 5 && Math.abs(upper - (mean + spread)) < spread / 5);
    assert.deepEqual(bootstrapMean95(differences, 1), { lower, upper });
  });

  it('is as wide as that of hits without a difference', () => {
    const { upper } = tango95(0, 0, 500);
    assert.deepEqual(bootstrapMean95(new Float64Array(500), 0.5), { lower: -upper / 2, upper: upper / 2 });
  });
});
