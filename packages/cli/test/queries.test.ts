import assert from 'node:assert/strict';
import type { wire } from '@pareto/rpc';
import { findFrontier, planQueries } from '../src/quickstart/queries.js';

const variant = (name: string, costPer_1k: number, value: number): wire.Variant =>
  ({ name, costPer_1k, measurements: [{ accuracy: { value } }] }) as unknown as wire.Variant;

const family = [
  variant('best', 100, 0.993),
  variant('dear', 50, 0.98),
  variant('middle', 10, 0.985),
  variant('small', 2, 0.98),
  variant('tiny', 1, 0.96),
  variant('failed', 0, 0),
];

describe('the quick start’s queries', () => {
  it('leave out what something else is better than in price and accuracy', () => {
    const names = findFrontier('digits', family)?.variants.map((offer) => offer.variant);
    assert.deepEqual(names, ['tiny', 'small', 'middle', 'best']);
    assert.equal(findFrontier('digits', []), undefined);
  });

  it('ask for floors that each only some of the frontier meet', () => {
    const frontier = findFrontier('digits', family) ?? assert.fail();
    const floors = planQueries(frontier).flatMap(({ expect, objective }) =>
      expect.kind === 'answer' && expect.by !== undefined && objective?.minAccuracy !== undefined
        ? [[expect.by, objective.minAccuracy]]
        : [],
    );
    assert.deepEqual(floors, [
      ['small', 0.98],
      ['middle', 0.985],
    ]);
  });

  it('are at least ten, also when one variant is all there is', () => {
    for (const variants of [family, family.slice(0, 1)]) {
      const frontier = findFrontier('digits', variants) ?? assert.fail();
      const queries = planQueries(frontier);
      assert.ok(queries.length >= 10);
      assert.ok(queries.some(({ expect }) => expect.kind === 'refusal'));
      assert.ok(queries.some(({ via }) => via === 'oip'));
    }
  });
});
