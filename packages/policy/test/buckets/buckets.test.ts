import assert from 'node:assert/strict';
import { milliseconds, type ObservedShapes, type ProfilePoint, type ShapeBucket, type Shapes } from '@pareto/core';
import { buildPoint } from '@pareto/testkit';
import fc from 'fast-check';
import { defaultBucketParams, planBuckets } from '../../src/buckets/plan-buckets.js';
import { covers, pointsFor, sizeOf } from '../../src/buckets/points-for.js';
import { createShapeTally } from '../../src/buckets/shape-tally.js';

const wide = (width: number): Shapes => ({ x: [3, 48, width] });
const points = (ms: number): readonly ProfilePoint[] => [buildPoint(1, ms)];
const bucket = (width: number, ms: number): ShapeBucket => ({ shapes: wide(width), points: points(ms) });
const profile = { points: points(5), shapes: wide(320), buckets: [bucket(640, 10), bucket(160, 3)] };
const seen = (width: number, items: number, itemMs = 0): ObservedShapes => ({ shapes: wide(width), items, itemMs });

describe('the points for shapes', () => {
  const msFor = (shapes: Shapes | undefined): number => pointsFor(profile, shapes)[0]?.p50Ms ?? NaN;

  it('are those of the smallest bucket that is as large in every dimension', () => {
    const widths = [1, 160, 161, 320, 321, 640];
    assert.deepEqual(
      widths.map((width) => msFor(wide(width))),
      [3, 3, 5, 5, 10, 10],
    );
    assert.equal(msFor(undefined), 5, 'of the profile itself, without shapes');
    assert.equal(msFor({ x: [3, 50, 100] }), 10, 'higher than each');
  });

  it('are those of the largest bucket if none is large enough, and never of one that was not run', () => {
    assert.equal(msFor(wide(2_000)), 10);
    const unrun = { ...profile, buckets: [...profile.buckets, { shapes: wide(2_000), points: [] }] };
    assert.equal(pointsFor(unrun, wide(2_000))[0]?.p50Ms, 10);
  });
});

describe('planBuckets', () => {
  const plan = (known: Parameters<typeof planBuckets>[0], reported: readonly ObservedShapes[]) =>
    planBuckets(known, reported, defaultBucketParams);
  const plain = { points: points(5), shapes: wide(320) };
  const widthsOf = (planned: readonly ShapeBucket[] | undefined) => planned?.map(({ shapes }) => shapes['x']?.[2]);

  it('adds the shapes that no bucket fits, with the time of their first runs', () => {
    const planned = plan(plain, [seen(320, 100), seen(640, 50, 9)]);
    assert.deepEqual(widthsOf(planned), [640]);
    const [point] = planned?.[0]?.points ?? [];
    assert.deepEqual([point?.batch, point?.p99Ms, point?.runs], [1, 9, 2]);
  });

  it('changes nothing while the buckets fit, for few items, and for a profile that was not run', () => {
    assert.equal(plan(plain, [seen(320, 100), seen(300, 100)]), undefined);
    assert.equal(plan(plain, [seen(320, 100), seen(640, 3)]), undefined);
    assert.equal(plan(plain, [seen(640, 5)]), undefined);
    assert.equal(plan({ ...plain, points: [] }, [seen(640, 50)]), undefined);
  });

  it('adds up what all replicas ran in the same shapes', () => {
    const [few, slower] = [seen(640, 5, 8), seen(640, 5, 9)];
    assert.equal(plan(plain, [few]), undefined);
    const planned = plan(plain, [few, slower]);
    assert.deepEqual(widthsOf(planned), [640]);
    assert.equal(planned?.[0]?.points[0]?.p99Ms, 9, 'the time of the slower replica');
  });

  it('keeps the points of a bucket that stays', () => {
    const planned = plan(profile, [seen(640, 50), seen(1_280, 50)]);
    assert.deepEqual(widthsOf(planned), [160, 640, 1_280]);
    assert.deepEqual(planned?.[1], profile.buckets[0]);
  });

  const observed = fc.array(
    fc.record({ width: fc.integer({ min: 1, max: 4_000 }), items: fc.integer({ min: 1, max: 100 }) }),
    { minLength: 1, maxLength: 40 },
  );

  it('plans at most 8, which then stay', () =>
    fc.assert(
      fc.property(observed, (all) => {
        const shapes = all.map(({ width, items }) => seen(width, items, 1));
        const planned = plan(plain, shapes);
        if (planned === undefined) return;
        assert.ok(planned.length <= 8);
        assert.equal(plan({ ...plain, buckets: planned }, shapes), undefined);
      }),
    ));

  it('leaves no shape without a fitting bucket if there are few', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 8 }), (widths) => {
        const planned =
          plan(
            plain,
            widths.map((width) => seen(width, 10, 1)),
          ) ?? [];
        const known = [plain.shapes, ...planned.map(({ shapes }) => shapes)];
        const misfits = widths.filter(
          (width) => !known.some((one) => covers(one, wide(width)) && sizeOf(one) <= 1.4 * sizeOf(wide(width))),
        );
        assert.ok(misfits.length <= 0.05 * widths.length, String(misfits));
      }),
    ));
});

describe('the tally of shapes', () => {
  it('counts items, and keeps the slower of the first two runs', () => {
    const tally = createShapeTally();
    for (const [items, ms] of [
      [2, 8],
      [1, 6],
      [1, 50],
    ] as const)
      tally.observe(wide(64), items, milliseconds(ms));
    tally.observe(wide(32), 1, milliseconds(1));
    assert.deepEqual(tally.observed, [seen(64, 4, 6), seen(32, 1, 1)]);
  });

  it('is bounded, and drops rare shapes', () => {
    const tally = createShapeTally();
    for (let round = 0; round < 3; round++) tally.observe(wide(5_000), 1, milliseconds(1));
    for (let width = 1; width <= 1_000; width++) tally.observe(wide(width), 1, milliseconds(1));
    assert.equal(tally.observed.length, 32);
    assert.deepEqual(tally.observed[0], seen(5_000, 3, 1));
  });
});
