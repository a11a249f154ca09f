import assert from 'node:assert/strict';
import { milliseconds, variantId } from '@pareto/core';
import fc from 'fast-check';
import { defaultDemandParams } from '../../src/demand/demand-params.js';
import { noDemand, observeRates, type SteadyDemand } from '../../src/demand/steady-demand.js';

const variant = variantId('a:original');
const params = { ...defaultDemandParams, step: 1.0001 };

/** Returns the demand after each of a series of rates, one every 10 s, rounded to items per second. */
function series(rates: readonly number[], cold: ReadonlySet<typeof variant> = new Set()): readonly number[] {
  let state: SteadyDemand = noDemand;
  return rates.map((rate, i) => {
    const measured = new Map(rate === 0 ? [] : [[variant, rate]]);
    state = observeRates(state, measured, params, milliseconds(i * 10_000), (key) => cold.has(variantId(key)));
    return Math.round(state.rates.get(variant) ?? 0);
  });
}

describe('observeRates', () => {
  it('follows a rising rate immediately', () => assert.deepEqual(series([0, 1, 69, 345]), [0, 1, 69, 345]));

  it('falls only after the hold-down, to the highest rate since', () => {
    assert.deepEqual(series([345, 69, 69, 138, 69, 69, 69, 69, 69]), [345, 345, 345, 345, 345, 345, 345, 138, 138]);
  });

  it('forgets a variant that has been without demand for the hold-down', () => {
    assert.deepEqual(series([69, ...new Array<number>(7).fill(0)]), [69, 69, 69, 69, 69, 69, 69, 0]);
  });

  it('follows a falling rate of a cold variant immediately', () => {
    assert.deepEqual(series([345, 69, 0], new Set([variant])), [345, 69, 0]);
  });

  it('keeps the object of the rates while they change by less than a step', () => {
    const at = (rate: number, before: SteadyDemand = noDemand) =>
      observeRates(before, new Map([[variant, rate]]), defaultDemandParams, milliseconds(0), () => false);
    const first = at(100);
    assert.equal(at(101, first).rates, first.rates);
    assert.equal(at(90, first).rates, first.rates, 'held down');
    assert.notEqual(at(111, first).rates, first.rates);
  });

  it('never counts less than the current rate, nor more than a step above the highest of the hold-down', () => {
    const rates = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(rates, (all) => {
        for (const [i, demand] of series(all).entries()) {
          assert.ok(demand >= (all[i] ?? 0));
          assert.ok(demand <= Math.ceil(1.0001 * Math.max(...all.slice(Math.max(0, i - 12), i + 1))));
        }
      }),
    );
  });
});
