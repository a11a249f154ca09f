import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  floorOf,
  formatDifference,
  formatFloor,
  formatInterval,
  formatValue,
  hasMetricLimit,
  metricForms,
  metrics,
  valueAt,
} from '../src/index.js';

/** Standard deviation of the labels of the tests. */
const scale = 80;

describe('accuracies of metrics', () => {
  for (const metric of metrics) {
    const { better, unit, toAccuracy, fromAccuracy } = metricForms[metric];
    const values =
      unit === 'share'
        ? fc.double({ min: 0, max: 1, noNaN: true })
        : better === 'lower'
          ? fc.double({ min: 0, max: 1e6, noNaN: true })
          : fc.double({ min: -1e6, max: 1, noNaN: true });

    it(`of ${metric} are from 0 to 1, and return to the value`, () => {
      fc.assert(
        fc.property(values, (value) => {
          const accuracy = toAccuracy(value, scale);
          assert.ok(accuracy >= 0 && accuracy <= 1, `${accuracy}`);
          const returned = fromAccuracy(accuracy, scale);
          assert.ok(Math.abs(returned - value) <= 1e-6 * Math.max(1, Math.abs(value)), `${returned} is not ${value}`);
        }),
      );
    });

    it(`of ${metric} are higher for better values`, () => {
      fc.assert(
        fc.property(values, values, (a, b) => {
          fc.pre(Math.abs(a - b) > 1e-3);
          const isBetter = better === 'higher' ? a > b : a < b;
          assert.equal(toAccuracy(a, scale) > toAccuracy(b, scale), isBetter);
        }),
      );
    });
  }

  it('are those of a constant answer at one half, whatever the unit of the labels', () => {
    for (const deviation of [1e-6, 1, 1e9]) {
      assert.equal(metricForms.rmse.toAccuracy(deviation, deviation), 0.5);
      assert.equal(metricForms.mae.toAccuracy(deviation, deviation), 0.5);
    }
    assert.equal(metricForms.r2.toAccuracy(0, 1), 0.5);
  });

  it('are 0 for infinite errors', () => {
    for (const metric of ['rmse', 'mae', 'mse'] as const) {
      assert.equal(metricForms[metric].toAccuracy(Infinity, scale), 0);
      assert.equal(valueAt({ metric, scale }, 0), Infinity);
    }
    assert.equal(metricForms.r2.toAccuracy(-Infinity, scale), 0);
    assert.equal(valueAt({ metric: 'r2', scale }, 0), -Infinity);
  });
});

describe('formats of accuracies', () => {
  const by = (metric: string): { metric: string; scale: number } => ({ metric, scale });

  it('show shares in percent', () => {
    assert.equal(formatValue(by('top1'), 0.987), '98.70 %');
    assert.equal(formatInterval({ ...by('top1'), lower95: 0.981, upper95: 0.9912 }), '(98.10-99.12)');
    assert.equal(formatFloor(0.98, by('top1')), '≥ 98.00 %');
    assert.equal(formatFloor(0.98), '≥ 98.00 %');
  });

  it('show errors in the unit of the labels, with the lower end of the interval first', () => {
    assert.equal(formatValue(by('rmse'), 0.6), 'rmse 53.33');
    assert.equal(formatInterval({ ...by('mae'), lower95: 0.58, upper95: 0.62 }), '(49.03 to 57.93)');
    assert.equal(formatFloor(0.6, by('rmse')), 'rmse ≤ 53.34');
    assert.equal(formatValue(by('rmse'), 0), 'rmse ∞');
    assert.equal(formatValue(by('mae'), 1), 'mae 0');
  });

  it('show floors as limits that are not stricter', () => {
    for (const metric of ['rmse', 'r2'] as const) {
      fc.assert(
        fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), (floor) => {
          const [, limit = ''] = /^\S+ [≤≥] (\S+)$/.exec(formatFloor(floor, by(metric))) ?? [];
          assert.ok(metricForms[metric].toAccuracy(Number(limit), scale) <= floor * (1 + 1e-8), limit);
        }),
      );
    }
    assert.equal(formatFloor(metricForms.rmse.toAccuracy(63.4735, scale), by('rmse')), 'rmse ≤ 63.48');
    assert.equal(formatFloor(metricForms.rmse.toAccuracy(58, scale), by('rmse')), 'rmse ≤ 58.00');
    assert.equal(formatFloor(metricForms.r2.toAccuracy(0.45678, scale), by('r2')), 'r2 ≥ 0.4567');
    const tiny = { metric: 'mae', scale: 1e-9 };
    assert.equal(formatFloor(metricForms.mae.toAccuracy(3.51008e-10, 1e-9), tiny), 'mae ≤ 3.511e-10');
    assert.equal(formatFloor(metricForms.mae.toAccuracy(9.9994, 10), { metric: 'mae', scale: 10 }), 'mae ≤ 10.00');
  });

  it('show numbers of any size without losing their digits', () => {
    const shown = [0.00123456, 0.5, 123456.7, 1e-9, 1e16].map((value) => metricForms.rmse.format(value));
    assert.deepEqual(shown, ['0.001235', '0.5000', '123457', '1.000e-9', '1.000e+16']);
  });

  it('show r2, which may be negative', () => {
    assert.equal(formatValue(by('r2'), metricForms.r2.toAccuracy(0.45, scale)), 'r2 0.4500');
    assert.equal(formatInterval({ ...by('r2'), lower95: 0.45, upper95: 0.55 }), '(-0.2222 to 0.1818)');
    assert.equal(formatFloor(0.5, by('r2')), 'r2 ≥ 0.0000');
    // As for labels in another unit than the answers.
    assert.equal(formatValue(by('r2'), metricForms.r2.toAccuracy(-5068984800793.6, scale)), 'r2 -5.069e+12');
    assert.equal(formatFloor(metricForms.r2.toAccuracy(-5.0691e12, scale), by('r2')), 'r2 ≥ -5.070e+12');
  });

  it('show differences in percent points, or in the unit of the labels', () => {
    assert.equal(formatDifference(by('top1'), 0.968, 0.98), '1.20 points');
    assert.equal(formatDifference(by('rmse'), 0.5, 0.6), '26.67 in rmse');
    assert.equal(formatDifference(by('r2'), 0.5, 0), '∞ in r2');
    assert.equal(formatValue(by('r2'), 0), 'r2 -∞');
  });

  it('show mse of measurements of older releases, which have no scale', () => {
    assert.equal(formatValue({ metric: 'mse' }, 1 / 2931), 'mse 2930');
    assert.equal(formatValue({ metric: 'mse', scale: 0 }, 0.5), 'mse 1.000');
  });

  it('show a metric in percent that is unknown, or lacks its scale', () => {
    assert.equal(formatValue({ metric: 'new' }, 0.5), '50.00 %');
    assert.equal(formatValue({ metric: 'rmse' }, 0.5), '50.00 %');
  });
});

describe('limits of metrics', () => {
  it('are translated into the accuracy floor that they equal', () => {
    assert.equal(floorOf({ maxRmse: 53 }, 'a', { metric: 'rmse', scale }), metricForms.rmse.toAccuracy(53, scale));
    assert.equal(floorOf({ maxMae: 0 }, 'a', { metric: 'mae', scale }), 1);
    assert.equal(floorOf({ minR2: -1 }, 'a', { metric: 'r2', scale }), 1 / 3);
    assert.deepEqual([{ maxMae: 1 }, { minAccuracy: 0.5 }, {}].map(hasMetricLimit), [true, false, false]);
  });

  it('leave the floor as it is without a limit', () => {
    assert.equal(floorOf({ minAccuracy: 0.9 }, 'a', undefined), 0.9);
    assert.equal(floorOf({}, 'a', undefined), undefined);
  });

  it('are rejected for another metric, together, and before anything is measured', () => {
    const wrong: readonly [Parameters<typeof floorOf>, RegExp][] = [
      [
        [{ maxRmse: 5 }, 'digits', { metric: 'top1' }],
        /^--max-rmse is for .* metric rmse, but digits is measured by top1: pass --min-accuracy$/,
      ],
      [[{ maxRmse: 5 }, 'a', { metric: 'rmse', scale: 0 }], /the deviation of the labels of a is unknown; pass --min-/],
      [[{ maxRmse: 5 }, 'a', { metric: 'r2', scale }], /but a is measured by r2: pass --min-r2$/],
      [[{ maxRmse: 5, minAccuracy: 0.5 }, 'a', { metric: 'rmse', scale }], /--max-rmse and --min-accuracy exclude/],
      [
        [{ maxMae: 5, minR2: 0.5 }, 'a', { metric: 'r2', scale }],
        /--max-mae and --min-r2 exclude each other: pass one/,
      ],
      [[{ minR2: 0.5 }, 'a', undefined], /no variant of a has a measured accuracy; pass --min-accuracy, or retry/],
    ];
    for (const [args, message] of wrong) assert.throws(() => floorOf(...args), { message });
  });
});
