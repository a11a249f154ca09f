import assert from 'node:assert/strict';
import { findOffers, type Front } from '../../src/quickstart/offers.js';
import { family, variantOf } from './family.js';

const namesOf = (front: Front | undefined): readonly string[] | undefined => front?.map(({ variant }) => variant);

describe('what the quick start finds on offer', () => {
  it('is what nothing else is better than in price and accuracy, of what may answer', () => {
    const front = namesOf(findOffers(family)?.front);
    assert.deepEqual(front, ['tiny:original', 'small:int8', 'middle:original', 'large:int8', 'large:original']);
  });

  it('is nothing where nothing was measured', () => {
    assert.equal(findOffers([]), undefined);
    assert.equal(findOffers(family.filter(({ architecture }) => architecture === 'failed')), undefined);
  });

  it('is the model whose own front spans the most', () => {
    const offers = findOffers(family) ?? assert.fail();
    assert.equal(offers.architecture, 'large');
    assert.deepEqual(namesOf(offers.own), ['large:int8', 'large:original']);
  });

  it('counts for its own model what only another model dominates', () => {
    const original = variantOf('mlp:original', 8, 0.984, { dominatedBy: 'cnn:original' });
    const others = [variantOf('cnn:original', 7, 0.985), variantOf('mlp:int8', 1, 0.98)];
    const offers = findOffers([original, ...others]) ?? assert.fail();
    assert.deepEqual(namesOf(offers.front), ['mlp:int8', 'cnn:original']);
    assert.deepEqual(namesOf(offers.own), ['mlp:int8', 'mlp:original']);
    assert.equal(offers.dominated, 'mlp:original');
  });
});
