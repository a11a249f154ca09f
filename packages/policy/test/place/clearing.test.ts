// Prices at which random demands take what there is.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clearingPrices, type PricedGroup } from '../../src/place/congestion/clearing-prices.js';

const resources = 3;
const leastUsd = 1e-4;
const misses = [
  { share: 0.1, usd: 25 },
  { share: 0.1, usd: 50 },
  { share: 0.2, usd: 100 },
  { share: Infinity, usd: 200 },
];

/** Costs over five orders of magnitude, as those of accuracy and of slots are. */
const groups: fc.Arbitrary<readonly PricedGroup[]> = fc.array(
  fc.record({
    itemsPerSecond: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
    misses: fc.constant(misses),
    options: fc.array(
      fc.record({
        at: fc.nat(resources - 1),
        secondsPerItem: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
        usdPerItem: fc.double({ min: -5, max: 0, noNaN: true }).map((exponent) => 10 ** exponent),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  }),
  { minLength: 1, maxLength: 12 },
);
const capacities = fc.array(fc.double({ min: 0.5, max: 20, noNaN: true }), {
  minLength: resources,
  maxLength: resources,
});

/** Returns the dual function without softness: what the demand pays at the cheapest, without what the resources cost. */
function dualOf(own: readonly number[], demand: readonly PricedGroup[], prices: readonly number[]): number {
  const paid = demand.map(({ itemsPerSecond, options }) => {
    const cost = Math.min(
      ...options.map(({ at, secondsPerItem, usdPerItem }) => usdPerItem + secondsPerItem * (prices[at] ?? NaN)),
    );
    return (
      itemsPerSecond *
      [0.1, 0.1, 0.2, 0.6].reduce((sum, share, at) => sum + share * Math.min(cost, misses[at]?.usd ?? NaN), 0)
    );
  });
  const owned = own.map((capacity, at) => capacity * (prices[at] ?? NaN));
  return paid.reduce((sum, usd) => sum + usd, 0) - owned.reduce((sum, usd) => sum + usd, 0);
}

describe('clearingPrices', () => {
  it('is the maximum of the dual function, from whatever prices it starts', () => {
    fc.assert(
      fc.property(capacities, groups, (own, demand) => {
        const found = [0, 1e5].map((usd) =>
          clearingPrices(
            { capacities: own, groups: demand, leastUsd },
            own.map(() => usd),
          ),
        );
        const values = found.map((prices) => dualOf(own, demand, prices));
        const others = found.flatMap((prices) =>
          prices.flatMap((_, at) =>
            [0, 0.5, 0.8, 1.25, 2].flatMap((factor) => [
              prices.with(at, factor * (prices[at] ?? NaN)),
              prices.map((price) => factor * price),
            ]),
          ),
        );
        // A hundredth of a resource may lack, and softness shifts about as much.
        const more = own.map((capacity) => 1.03 * capacity);
        const most = Math.max(...others.map((prices) => dualOf(more, demand, prices)));
        for (const value of values)
          assert.ok(value >= 0.9 * most - 1e-6, `${value} of ${most}: ${found.join(' and ')}`);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  it('is 0 where the demand fits, and for what is not needed', () => {
    const one: PricedGroup = { itemsPerSecond: 10, misses, options: [{ at: 0, secondsPerItem: 0.1, usdPerItem: 1 }] };
    assert.deepEqual(clearingPrices({ capacities: [2, 1], groups: [one], leastUsd }, [50, 50]), [0, 0]);
    const [price = NaN, other] = clearingPrices({ capacities: [0.5, 1], groups: [one], leastUsd }, [0, 50]);
    // Half is missed: from the third part on, an item is worth 100 USD, and the next one 200.
    assert.ok(price > 0.9 * 1_000 && price < 1.1 * 2_000, `${price}`);
    assert.equal(other, 0);
  });
});
