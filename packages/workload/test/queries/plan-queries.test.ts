import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng } from '@pareto/core';
import { planQueries, type QueryClass } from '../../src/index.js';

const classOf = (name: string, weight: number): QueryClass => ({ name, weight, latencyMs: 100 });
const arrivals = Float64Array.from({ length: 30_000 }, (_, index) => index);

describe('planQueries', () => {
  it('assigns classes by weight', () => {
    const mix = [classOf('a', 1), classOf('b', 3), classOf('c', 6)];
    const { classes, arrivalsMs, classIndexes } = planQueries(arrivals, mix, createSeededRng(7));
    const shares = mix.map((_, wanted) => classIndexes.filter((index) => index === wanted).length / arrivals.length);
    assert.deepEqual(
      shares.map((share) => Math.round(share * 50) / 50),
      [0.1, 0.3, 0.6],
    );
    assert.deepEqual([classes, arrivalsMs], [mix, arrivals]);
  });

  it('assigns an existing class to every arrival, the same for the same seed', () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        (weights, seed) => {
          const mix = weights.map((weight, index) => classOf(`${index}`, weight));
          const plan = (): Uint16Array =>
            planQueries(arrivals.subarray(0, 50), mix, createSeededRng(seed)).classIndexes;
          assert.equal(plan().length, 50);
          assert.ok(plan().every((index) => index < mix.length));
          assert.deepEqual(plan(), plan());
        },
      ),
    ));

  it('draws nothing for a single class', () => {
    const { classIndexes } = planQueries(arrivals, [classOf('all', 2)], () => assert.fail('a number was drawn'));
    assert.ok(classIndexes.every((index) => index === 0));
  });

  const invalid: readonly (readonly [readonly QueryClass[], RegExp])[] = [
    [[], /the mix has no classes/],
    [[classOf('a', 1), classOf('a', 2)], /two classes of the mix have the name "a"/],
    [[classOf('a', 0)], /the weight of class "a" is 0: expected a finite number above 0/],
    [[classOf('a', Infinity)], /the weight of class "a" is Infinity/],
  ];
  for (const [mix, message] of invalid)
    it(`rejects an invalid mix: ${message.source}`, () =>
      assert.throws(() => planQueries(arrivals, mix, createSeededRng(1)), message));
});
