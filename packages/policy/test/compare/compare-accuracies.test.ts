import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildAccuracy } from '@pareto/testkit';
import {
  areEqual,
  defaultAccuracyParams as params,
  isMoreAccurate,
  packSamples,
  pairedDifference,
  rankAccuracies,
  tango95,
  type MeasuredAccuracy,
  type RankedVariant,
} from '../../src/index.js';
import { numbersOf } from '../../src/compare/sample-scores.js';
import { wrongOn, type Scored } from '../support/scores.js';

describe('packSamples', () => {
  it('keeps hits exactly, and numbers within a level', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 5, noNaN: true }), { minLength: 1, maxLength: 60 }), (scores) => {
        const packed = packSamples('set', scores, false);
        const level = (packed.high - packed.low) / 4095;
        for (const [sample, score] of numbersOf(packed).entries()) {
          assert.ok(Math.abs(score - (scores[sample] ?? NaN)) <= level / 2 + 1e-12);
        }
        const hits = scores.map((score) => Number(score > 0));
        const none = packSamples(
          'set',
          hits.map(() => 0),
          true,
        );
        const right = hits.reduce((sum, hit) => sum + hit, 0);
        const of = (scores: typeof packed): MeasuredAccuracy => ({ accuracy: buildAccuracy(0.5), scores });
        const found = pairedDifference(of(packSamples('set', hits, true)), of(none));
        assert.deepEqual(found, tango95(right, 0, hits.length));
      }),
    );
  });

  it('keeps an evenly spread part of many samples in at most 16 KiB', () => {
    for (const areHits of [true, false]) {
      const scores = Array.from({ length: 200_000 }, (_, sample) => Number(sample >= 100_000));
      const packed = packSamples('set', scores, areHits);
      assert.ok(JSON.stringify(packed).length < 16 * 1024);
      assert.equal(packed.count, areHits ? 73_728 : 6_144);
      if (!areHits) assert.equal(numbersOf(packed).filter((score) => score === 1).length, 3_072);
    }
  });
});

describe('comparison of accuracies', () => {
  const best = wrongOn(2_000, [0, 40]);

  it('compares only scores of the same set', () => {
    const { accuracy, scores } = best;
    assert.equal(pairedDifference(best, { accuracy, scores: { ...scores, set: 'other' } }), undefined);
    assert.equal(pairedDifference(best, { accuracy, scores: { ...scores, count: 1_999 } }), undefined);
    assert.equal(pairedDifference(best, { accuracy }), undefined);
  });

  it('calls variants equal only if the interval of their difference is within the margin', () => {
    assert.ok(areEqual(best, wrongOn(2_000, [0, 44]), params));
    // By 0.6 points, on 12 samples that the other one answers right: the interval ends at 1.04.
    assert.ok(!areEqual(best, wrongOn(2_000, [0, 52]), params));
    // By nothing, but on 100 samples each.
    assert.ok(!areEqual(wrongOn(2_000, [0, 100]), wrongOn(2_000, [100, 200]), params));
    // On too few samples to exclude a point.
    assert.ok(!areEqual(wrongOn(300, [0, 9]), wrongOn(300, [0, 9]), params));
  });

  it('calls a variant more accurate only if the interval excludes 0 and they are not equal', () => {
    assert.ok(isMoreAccurate(best, wrongOn(2_000, [0, 80]), params));
    assert.ok(!isMoreAccurate(wrongOn(2_000, [0, 80]), best, params));
    assert.ok(!isMoreAccurate(best, wrongOn(2_000, [0, 46]), params));
    assert.ok(!isMoreAccurate(wrongOn(300, [0, 9]), wrongOn(300, [0, 12]), params));
  });

  it('without scores, compares estimates, and intervals for being better', () => {
    const of = (value: number): MeasuredAccuracy => ({ accuracy: buildAccuracy(value, 0.01) });
    assert.ok(areEqual(of(0.9), of(0.9), params) && !areEqual(of(0.9), of(0.9001), params));
    assert.ok(isMoreAccurate(of(0.93), of(0.9), params) && !isMoreAccurate(of(0.91), of(0.9), params));
  });

  it('compares numbers by the bootstrap', () => {
    const of = (offset: number): MeasuredAccuracy => {
      const scores = Array.from({ length: 900 }, (_, sample) => 0.5 + offset + 0.3 * Math.sin(sample));
      return { accuracy: buildAccuracy(0.5 + offset), scores: packSamples('set', scores, false) };
    };
    assert.ok(areEqual(of(0), of(0.005), params));
    assert.ok(!areEqual(of(0), of(0.02), params) && isMoreAccurate(of(0.02), of(0), params));
  });
});

describe('rankAccuracies', () => {
  const original = (architecture: string, scored: MeasuredAccuracy): RankedVariant => ({
    ...{ architecture, version: 1, isOriginal: true },
    ...scored,
  });
  const made = (architecture: string, scored: MeasuredAccuracy): RankedVariant => ({
    ...original(architecture, scored),
    isOriginal: false,
  });
  const ranks = (...variants: readonly RankedVariant[]): readonly number[] => rankAccuracies(variants, params);
  const trained = wrongOn(2_000, [0, 100]);

  it('gives equal variants one rank, whatever their estimates', () => {
    assert.deepEqual(ranks(original('m', trained), made('m', wrongOn(2_000, [0, 97]))), [1, 1]);
  });

  it('does not rank a generated file above its model for a difference that may be chance', () => {
    // 1.1 points more: right on 82 samples more and on 60 fewer.
    const lucky = wrongOn(2_000, [82, 160]);
    assert.ok(lucky.accuracy.value > trained.accuracy.value + 0.0105);
    assert.deepEqual(ranks(made('m', lucky), original('m', trained)), [2, 1]);
    // Also above other variants, it counts for no more than its model.
    const between = wrongOn(2_000, [0, 90], [1_990, 2_000], [1_000, 1_001]);
    assert.equal(ranks(original('m', trained), made('m', lucky), original('o', between))[0], 1);
  });

  it('ranks a generated file above its model if the whole interval is above the margin', () => {
    assert.deepEqual(ranks(original('m', trained), made('m', wrongOn(2_000, [0, 40]))), [2, 1]);
  });

  it('compares with the best of the rank, and not in a chain', () => {
    const models = [0, 4, 8, 12, 16].map((more) => original(`m${more}`, wrongOn(2_000, [0, 100 + more])));
    assert.deepEqual(ranks(...models), [1, 1, 1, 2, 2]);
    assert.deepEqual(ranks(...models.toReversed()), [2, 2, 1, 1, 1]);
  });

  it('orders by the estimates without scores', () => {
    const of = (value: number): RankedVariant => original(`m${value}`, { accuracy: buildAccuracy(value) });
    assert.deepEqual(ranks(of(0.9), of(0.95), of(0.9), of(0.8)), [2, 1, 2, 3]);
  });

  it('returns ranks without gaps, in which a better estimate of a model never has a worse rank than 1', () => {
    const outcome = fc.tuple(fc.nat(3), fc.boolean(), fc.nat(200), fc.nat(200));
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1, maxLength: 12 }), (all) => {
        const variants = all.map(([name, isOriginal, from, length]): RankedVariant => {
          const scored: Scored = wrongOn(1_000, [from, from + length]);
          return { architecture: `m${name}`, version: 1, isOriginal, ...scored };
        });
        const found = rankAccuracies(variants, params);
        const used = new Set(found);
        assert.deepEqual(
          [...used].toSorted((a, b) => a - b),
          Array.from(used, (_, index) => index + 1),
        );
        const best = variants
          .filter(({ isOriginal }) => isOriginal)
          .toSorted((a, b) => b.accuracy.value - a.accuracy.value)[0];
        const leaders = variants.filter((_, index) => found[index] === 1);
        if (best !== undefined)
          assert.ok(leaders.some((one) => one.accuracy.value >= best.accuracy.value - params.accuracyMargin));
      }),
    );
  });
});
