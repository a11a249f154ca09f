import assert from 'node:assert/strict';
import { createSeededRng, formatInterval, valueAt, type Accuracy, type Metric } from '@pareto/core';
import { classes, floats, longs } from '../support/tensors.js';
import { spreadFor } from '../../src/metrics/label-spread.js';
import { agreementOf, score } from './score.js';

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, expected ${expected}`);

const column = (...values: readonly number[]): ReturnType<typeof floats> => floats([values.length, 1], values);
const valueOf = (accuracy: Accuracy): number => valueAt(accuracy, accuracy.value);

describe('metrics of regression', () => {
  const labels = column(1, 2, 3, 6);
  const answers = column(1, 4, 3, 2);

  it('are the values of scikit-learn, in the unit of the labels', () => {
    near(valueOf(score('rmse', answers, labels)), Math.sqrt(5));
    near(valueOf(score('mae', answers, labels)), 1.5);
    near(valueOf(score('r2', answers, labels)), 1 - 20 / 14);
    near(valueOf(score('r2', column(1, 2, 3, 5), labels)), 1 - 1 / 14);
    for (const metric of ['rmse', 'mae', 'r2'] as const) assert.equal(score(metric, labels, labels).value, 1);
  });

  it('have the standard deviation of the labels as scale, so that their unit does not matter', () => {
    const large = score('rmse', column(1e6, 4e6, 3e6, 2e6), column(1e6, 2e6, 3e6, 6e6));
    near(score('rmse', answers, labels).scale ?? 0, Math.sqrt(3.5));
    near(large.value, score('rmse', answers, labels).value);
    near(valueOf(large) / 1e6, Math.sqrt(5));
  });

  it('average several numbers per sample, whose means differ', () => {
    const [expected, answered] = [floats([2, 2], [0, 10, 2, 14]), floats([2, 2], [1, 10, 2, 12])];
    near(valueOf(score('rmse', answered, expected)), Math.sqrt(5 / 4));
    near(valueOf(score('r2', answered, expected)), 1 - 5 / 10);
    near(valueOf(score('mae', answered, longs([2, 2], [0, 10, 2, 14]))), 3 / 4);
  });

  it('are infinite if an answer is not finite', () => {
    for (const wrong of [Number.NaN, Infinity]) {
      const found = score('rmse', column(1, wrong, 3, 2), labels);
      assert.deepEqual([found.value, valueOf(found)], [0, Infinity]);
    }
    assert.equal(valueOf(score('r2', column(1, Number.NaN, 3, 2), labels)), -Infinity);
  });

  it('measure agreement without a unit', () => {
    near(agreementOf('rmse', column(1e6, 3e6), column(1e6, 1e6)), (1 + 0.5) / 2);
    near(agreementOf('mae', column(0, Number.NaN, 1), column(0, 1, -1)), 1 / 3);
  });

  for (const metric of ['rmse', 'mae', 'r2'] as const) {
    it(`have 95 % intervals of ${metric} that contain the value of the population about as often`, () => {
      // Labels have a variance of 1, and errors one of 1/4.
      const truth = { rmse: 0.5, mae: 0.5 * Math.sqrt(2 / Math.PI), r2: 0.75 }[metric];
      let hits = 0;
      for (let draw = 0; draw < 100; draw++) {
        const { lower, upper } = intervalOf(metric, draw);
        if (lower <= truth && truth <= upper) hits++;
      }
      assert.ok(hits >= 88, `${hits} of 100`);
    });
  }

  it('need labels that differ and are finite', () => {
    const equal =
      /rmse compares errors with the standard deviation .*, but the labels of all 3 evaluation samples are equal/;
    assert.throws(() => spreadFor('rmse', column(0.1, 0.1, 9, 0.1), [0, 1, 3]), {
      code: 'invalid-argument',
      message: equal,
    });
    assert.throws(
      () => spreadFor('r2', column(1, Infinity), [0, 1]),
      /labels are infinite, or too large to be squared/,
    );
    assert.equal(spreadFor('mse', column(1, 1), [0, 1]), undefined);
    assert.equal(spreadFor('top1', classes(1, 1), [0, 1]), undefined);
    assert.deepEqual(spreadFor('mae', floats([3, 2], [9, 9, 1, 5, 3, 5]), [1, 2]), {
      means: [2, 5],
      deviation: Math.sqrt(0.5),
    });
  });
});

/** Scores random answers to random labels, and returns the interval of the metric. */
function intervalOf(metric: Metric, seed: number): { readonly lower: number; readonly upper: number } {
  const rng = createSeededRng(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
  const labels = Array.from({ length: 100 }, normal);
  const accuracy = score(metric, column(...labels.map((label) => label + normal() / 2)), column(...labels));
  const ends = [valueAt(accuracy, accuracy.lower95), valueAt(accuracy, accuracy.upper95)].toSorted((a, b) => a - b);
  assert.match(formatInterval(accuracy), / to /);
  return { lower: ends[0] ?? Number.NaN, upper: ends[1] ?? Number.NaN };
}
