import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng, hardwareClassId, variantId, type Measurement, type RowIsolation } from '@pareto/core';
import { buildAccuracy, buildMeasuredResult, buildPoint, buildProfile } from '@pareto/testkit';
import {
  areEqualUpToRounding,
  areSameBits,
  batchCeiling,
  costBatch,
  createLiveCheckBudget,
  endSharing,
  halveQueries,
  keepLiveVerdict,
  neighbourKinds,
  planRowRuns,
  type RowOutputs,
} from '../../src/index.js';

const floats = (...values: readonly number[]): RowOutputs => [
  { data: new Uint8Array(Float32Array.from(values).buffer), values, elements: values.length },
];
const longs = (...values: readonly number[]): RowOutputs => [
  {
    data: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
    values: undefined,
    elements: values.length,
  },
];

describe('the runs that verify rows', () => {
  it('make each position a bystander and a neighbour of each kind', () =>
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), (ceiling) => {
        const plan = planRowRuns({ ceiling, isProved: false, expectedMs: () => 1 });
        assert.deepEqual(
          plan.map(({ size }) => size),
          [...new Set([2, 5, ceiling])].filter((size) => size <= ceiling).toSorted((a, b) => a - b),
        );
        for (const { size, adversarial } of plan)
          for (const kind of neighbourKinds)
            for (let at = 0; at < size; at++) {
              const own = adversarial.filter((run) => run.kind === kind);
              assert.ok(own.some(({ replaced }) => replaced.has(at)) && own.some(({ replaced }) => !replaced.has(at)));
            }
      }),
    ));

  it('verify a lower ceiling if they would take too long, or none', () => {
    const sizes = (msPerItem: number): readonly number[] =>
      planRowRuns({ ceiling: 64, isProved: false, expectedMs: (size) => size * msPerItem }).map(({ size }) => size);
    assert.deepEqual(sizes(1), [2, 5, 64]);
    assert.deepEqual(sizes(10), [2, 5, 32]);
    assert.deepEqual(sizes(1_000), []);
  });

  it('are fewer for a proved variant', () => {
    const runs = (isProved: boolean): number =>
      planRowRuns({ ceiling: 8, isProved, expectedMs: () => 1 }).flatMap(({ adversarial }) => adversarial).length;
    assert.ok(runs(true) < runs(false) / 3);
  });
});

describe('the comparison of rows', () => {
  it('accepts rounding, and NaN and infinities in the same places', () => {
    const alone = [floats(1, 2, NaN), floats(3, Infinity, 5)];
    assert.ok(areEqualUpToRounding(alone, [floats(1.001, 2, NaN), floats(3, Infinity, 5)]));
    assert.ok(!areEqualUpToRounding(alone, [floats(1, 2, 0), floats(3, Infinity, 5)]));
    assert.ok(!areEqualUpToRounding(alone, [floats(1, 2, NaN), floats(3, -Infinity, 5)]));
    assert.ok(!areEqualUpToRounding(alone, [floats(1.2, 2, NaN), floats(3, Infinity, 5)]));
    assert.ok(!areEqualUpToRounding(alone, [floats(1, 2), floats(3, Infinity, 5)]));
  });

  it('accepts a few different integers, since a maximum may move between close values', () => {
    const list = (wrong: number): readonly RowOutputs[] =>
      Array.from({ length: 20 }, (_, at) => longs(at < wrong ? 9 : 1));
    assert.ok(areEqualUpToRounding(list(0), list(2)));
    assert.ok(!areEqualUpToRounding(list(0), list(3)));
  });

  it('compares bits exactly', () => {
    assert.ok(areSameBits(floats(1, NaN), floats(1, NaN)));
    assert.ok(!areSameBits(floats(0), floats(-0)));
  });
});

describe('live checks', () => {
  it('check the first shared batches, then one in many, while their time is a small share', () => {
    const params = { every: 100, first: 3, maxShare: 0.01 };
    const budget = createLiveCheckBudget(2, 0, createSeededRng(1), params);
    const kept = Array.from({ length: 10_000 }, (_, at) => {
      const isKept = budget.begin(at + 1, 1_000);
      if (isKept) assert.ok(!budget.begin(1, 1_000), 'another check is open');
      budget.end();
      return isKept;
    }).flatMap((isKept, at) => (isKept ? at : []));
    assert.deepEqual(kept.slice(0, 3), [0, 1, 2]);
    assert.ok(kept.length > 60 && kept.length < 140, `${kept.length}`);
    budget.spend(21);
    assert.ok(!budget.begin(1, 1_000));
    assert.ok(budget.begin(1, 1_100));
    assert.ok(!createLiveCheckBudget(2, 0, createSeededRng(1), { ...params, every: 0 }).begin(1, 1_000));
  });

  it('divide the queries into two groups', () =>
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), fc.nat(), (count, seed) => {
        const [a, b] = halveQueries(count, createSeededRng(seed));
        assert.deepEqual(
          [...a, ...b].toSorted((x, y) => x - y),
          [...Array(count).keys()],
        );
        assert.ok(Math.abs(a.size - b.size) <= 1);
      }),
    ));
});

describe('the verdict about rows', () => {
  const profileWith = (rows: RowIsolation | undefined) =>
    buildProfile([buildPoint(1, 1), buildPoint(8, 2), buildPoint(32, 3)], { ...(rows === undefined ? {} : { rows }) });
  const measurement = (rows: RowIsolation, hardwareClass = 'cpu/a/b'): Measurement => ({
    ...{
      variant: variantId('a:original'),
      version: 1,
      hardwareClass: hardwareClassId(hardwareClass),
      environment: '1',
    },
    result: buildMeasuredResult(profileWith(rows), buildAccuracy(0.9)),
  });
  const rowsOf = ({ result }: Measurement): RowIsolation | undefined =>
    result.kind === 'measured' ? result.profile.rows : undefined;

  it('limits shared batches, and the batch that costs are quoted at', () => {
    const limits = (rows: RowIsolation): readonly number[] => {
      const profile = profileWith(rows);
      return [batchCeiling(profile, 1_000), costBatch(profile, 1_000)];
    };
    assert.deepEqual(limits({ kind: 'proved' }), [32, 32]);
    assert.deepEqual(limits({ kind: 'checked', maxBatch: 8 }), [8, 8]);
    assert.deepEqual(limits({ kind: 'mixed', reason: 'Softmax', isLive: false }), [1, 1]);
    const { rows: _, ...unverified } = profileWith({ kind: 'proved' });
    assert.deepEqual([batchCeiling(unverified, 1_000), costBatch(unverified, 1_000)], [1, 1]);
  });

  it('of a live check holds on all classes, whatever is measured later', () => {
    const ended = endSharing(measurement({ kind: 'proved' }), 'in a batch');
    assert.ok(ended);
    const live = { kind: 'mixed', reason: 'in a batch', isLive: true } as const;
    assert.deepEqual(rowsOf(ended), live);
    assert.equal(endSharing(ended, 'again'), undefined);
    const next = measurement({ kind: 'checked', maxBatch: 32 }, 'cpu/c/d');
    assert.deepEqual(rowsOf(keepLiveVerdict(next, [ended])), live);
    assert.equal(keepLiveVerdict(next, [measurement({ kind: 'mixed', reason: '', isLive: false })]), next);
  });
});
