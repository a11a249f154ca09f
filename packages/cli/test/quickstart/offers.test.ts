import assert from 'node:assert/strict';
import { findOffers, type Front } from '../../src/quickstart/offers.js';
import { family, variantOf } from './family.js';

const namesOf = (front: Front | undefined): readonly string[] | undefined => front?.map(({ variant }) => variant);

describe('findOffers', () => {
  it('returns the front of the eligible variants in cost and accuracy', () => {
    const front = namesOf(findOffers(family)?.front);
    assert.deepEqual(front, ['tiny:original', 'small:int8', 'middle:original', 'large:int8', 'large:original']);
  });

  it('returns undefined if no variant was measured', () => {
    assert.equal(findOffers([]), undefined);
    assert.equal(findOffers(family.filter(({ architecture }) => architecture === 'failed')), undefined);
  });

  it('returns the architecture with the widest front of its own', () => {
    const offers = findOffers(family) ?? assert.fail();
    assert.equal(offers.architecture, 'large');
    assert.deepEqual(namesOf(offers.own), ['large:int8', 'large:original']);
  });

  it('keeps in an architecture’s own front what another architecture dominates', () => {
    const original = variantOf('mlp:original', 8, 0.984, { dominatedBy: 'cnn:original' });
    const others = [variantOf('cnn:original', 7, 0.985), variantOf('mlp:int8', 1, 0.98)];
    const offers = findOffers([original, ...others]) ?? assert.fail();
    assert.deepEqual(namesOf(offers.front), ['mlp:int8', 'cnn:original']);
    assert.deepEqual(namesOf(offers.own), ['mlp:int8', 'mlp:original']);
    assert.equal(offers.dominated, 'mlp:original');
  });

  it('keeps on the front a variant that is more accurate than the one that dominates it as equal', () => {
    const equal = variantOf('mlp:int8', 2, 0.986, { dominatedBy: 'cnn:original' });
    const worse = variantOf('mlp:int4', 2.1, 0.98, { dominatedBy: 'cnn:original' });
    const offers = findOffers([variantOf('cnn:original', 1, 0.983), equal, worse]) ?? assert.fail();
    assert.deepEqual(namesOf(offers.front), ['cnn:original', 'mlp:int8']);
  });
});
