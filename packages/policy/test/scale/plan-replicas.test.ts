import assert from 'node:assert/strict';
import { milliseconds, variantId } from '@pareto/core';
import fc from 'fast-check';
import { defaultScaleParams as params, planReplicas, type ScaleState, type VariantDemand } from '../../src/index.js';
import { profile } from '../support/candidates.js';

const variant = variantId('a:original');
// 10 ms per item without gain from batching: one replica serves 70 items/s at a utilisation of 0.7.
const demand = (itemsPerSecond: number, slots = 8): VariantDemand => ({
  variant,
  itemsPerSecond,
  profile: profile({ 1: 10 }),
  latencyMs: 1000,
  slots,
});

/** Returns the planned replicas after each of a series of rates, one every 10 s. */
function series(rates: readonly number[]): readonly number[] {
  let state: ScaleState = new Map();
  return rates.map((rate, i) => {
    const plan = planReplicas(state, rate === 0 ? [] : [demand(rate)], params, milliseconds(i * 10_000));
    state = plan.state;
    return plan.wanted.get(variant) ?? 0;
  });
}

describe('planReplicas', () => {
  it('meets demand at the target utilisation', () => assert.deepEqual(series([0, 1, 69, 71, 345]), [0, 1, 1, 2, 5]));
  it('plans at most one replica per slot', () => {
    assert.equal(planReplicas(new Map(), [demand(1e6, 3)], params, milliseconds(0)).wanted.get(variant), 3);
  });
  it('shrinks only after the hold-down, to the peak since then', () => {
    assert.deepEqual(series([345, 69, 69, 138, 69, 69, 69, 69, 69]), [5, 5, 5, 5, 5, 5, 5, 2, 2]);
  });
  it('drops idle variants from the state', () => {
    const rates = [69, ...new Array<number>(7).fill(0)];
    assert.deepEqual(series(rates), [1, 1, 1, 1, 1, 1, 1, 0]);
  });
  it('counts the time per item at the batch ceiling', () => {
    const batched: VariantDemand = { ...demand(700), profile: profile({ 1: 10, 8: 10 }) };
    assert.equal(planReplicas(new Map(), [batched], params, milliseconds(0)).wanted.get(variant), 2);
  });
  it('always meets the current demand, within the slots', () => {
    const rates = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 30 });
    fc.assert(
      fc.property(rates, (all) => {
        for (const [i, wanted] of series(all).entries()) {
          assert.ok(wanted >= Math.min(8, Math.ceil(((all[i] ?? 0) * 0.01) / 0.7)));
          assert.ok(wanted <= 8);
        }
      }),
    );
  });
});
