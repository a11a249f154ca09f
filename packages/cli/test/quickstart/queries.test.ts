import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { findOffers } from '../../src/quickstart/offers.js';
import { planQueries, type Query } from '../../src/quickstart/queries.js';
import { family, variantOf } from './family.js';

const plan = (variants: readonly wire.Variant[]): readonly Query[] =>
  planQueries('digits', findOffers(variants) ?? assert.fail());

const expectedVariant = ({ expect }: Query): string | undefined => (expect.kind === 'answer' ? expect.by : undefined);

/** Returns the variants of the query's target that meet its accuracy floor and its cost ceiling. */
const eligible = (variants: readonly wire.Variant[], { target, objective }: Query): readonly string[] =>
  variants
    .filter(({ architecture, denied, quarantineReason, dominatedBy }) => {
      if (denied !== '' || quarantineReason !== '') return false;
      return target === 'digits' ? dominatedBy === '' : architecture === target;
    })
    .filter(({ costPer_1k, measurements }) => {
      const accuracy = measurements.at(-1)?.accuracy?.value ?? 0;
      const { minAccuracy = 0, maxCostPer_1k = Infinity } = objective ?? {};
      return costPer_1k > 0 && accuracy >= Number(minAccuracy) && costPer_1k <= Number(maxCostPer_1k);
    })
    .map(({ name }) => name);

describe('planQueries', () => {
  it('expects a variant only where it alone meets floor and ceiling', () => {
    const aimed = plan(family).filter((query) => expectedVariant(query) !== undefined && !query.target.includes(':'));
    assert.deepEqual(
      aimed.map((query) => [query.target, expectedVariant(query), query.objective?.minAccuracy]),
      [
        ['digits', 'small:int8', 0.98],
        ['digits', 'middle:original', 0.985],
        ['digits', 'large:int8', 0.99],
        ['large', 'large:int8', undefined],
        ['large', 'large:original', 0.993],
      ],
    );
    for (const query of aimed) assert.deepEqual(eligible(family, query), [expectedVariant(query)], query.description);
  });

  it('names a dominated variant, or else the most accurate one', () => {
    const namedIn = (variants: readonly wire.Variant[]): readonly string[] =>
      plan(variants).flatMap(({ target }) => (target.includes(':') ? target : []));
    assert.deepEqual(namedIn(family), ['large:fp16']);
    assert.deepEqual(namedIn(family.filter(({ dominatedBy }) => dominatedBy === '')), ['large:original']);
  });

  it('plans at least ten queries, even for a single variant', () => {
    for (const variants of [family, [variantOf('tiny:original', 1, 0.96)]]) {
      const queries = plan(variants);
      assert.ok(queries.length >= 10);
      assert.ok(queries.some(({ expect }) => expect.kind === 'refusal'));
      assert.ok(queries.some(({ via }) => via === 'oip'));
    }
  });
});
