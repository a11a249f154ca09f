// The shape buckets of a profile, from the shapes of the queries that replicas ran.

import { milliseconds, type ObservedShapes, type Profile, type ShapeBucket, type Shapes } from '@pareto/core';
import { covers, sizeOf } from './points-for.js';

export interface BucketParams {
  /** Maximum number of buckets of a variant on a class, besides the shapes of the profile itself. */
  readonly maxBuckets: number;
  /** Maximum number of elements of a bucket that fits a shape, as a multiple of the elements of the shape. */
  readonly maxExcess: number;
  /** Number of items from which buckets are planned. */
  readonly minItems: number;
  /** Share of the items without a fitting bucket from which other buckets are planned. */
  readonly minMisfit: number;
}

export const defaultBucketParams: BucketParams = { maxBuckets: 8, maxExcess: 1.4, minItems: 8, minMisfit: 0.05 };

/**
 * Returns new buckets for a measured profile from what all replicas of the variant on its class ran. A new bucket has the time
 * of its first runs until it is measured. Undefined if the profile's own fit well enough: less than `minMisfit` of the items
 * have no fitting bucket, or others do not halve that.
 */
export function planBuckets(
  profile: Pick<Profile, 'points' | 'shapes' | 'buckets'>,
  reported: readonly ObservedShapes[],
  params: BucketParams,
): readonly ShapeBucket[] | undefined {
  // Empty inputs need no bucket.
  const observed = sumByShapes(reported.filter(({ shapes }) => sizeOf(shapes) > 0));
  const total = observed.reduce((sum, { items }) => sum + items, 0);
  if (profile.points.length === 0 || total < params.minItems) return undefined;
  const before = profile.buckets ?? [];
  const shapesOf = (buckets: readonly ShapeBucket[]): readonly Shapes[] => [
    profile.shapes,
    ...buckets.map(({ shapes }) => shapes),
  ];
  const misfitBefore = misfitOf(shapesOf(before), observed, params) / total;
  if (misfitBefore < params.minMisfit) return undefined;
  const chosen = chooseShapes(profile.shapes, before, observed, params).map((one) => bucketOf(one, before));
  return misfitOf(shapesOf(chosen), observed, params) / total <= misfitBefore / 2 ? chosen : undefined;
}

/** Returns each of the shapes once, with the items of all replicas and the time of the slowest one. */
function sumByShapes(reported: readonly ObservedShapes[]): readonly ObservedShapes[] {
  const sums = new Map<string, ObservedShapes>();
  for (const { shapes, items, itemMs } of reported) {
    const key = JSON.stringify(shapes);
    const known = sums.get(key) ?? { shapes, items: 0, itemMs: 0 };
    sums.set(key, { shapes, items: known.items + items, itemMs: Math.max(known.itemMs, itemMs) });
  }
  return [...sums.values()];
}

/** Returns the number of items that no bucket fits. */
const misfitOf = (buckets: readonly Shapes[], observed: readonly ObservedShapes[], params: BucketParams): number =>
  observed.reduce((sum, one) => sum + (buckets.some((bucket) => fits(bucket, one.shapes, params)) ? 0 : one.items), 0);

const fits = (bucket: Shapes, shapes: Shapes, { maxExcess }: BucketParams): boolean =>
  covers(bucket, shapes) && sizeOf(bucket) <= maxExcess * sizeOf(shapes);

/**
 * Goes through the shapes without a fitting bucket from the largest on: each becomes a bucket, which the smaller ones that
 * it fits share. Of too many buckets, those for the most items are kept.
 */
function chooseShapes(
  own: Shapes,
  before: readonly ShapeBucket[],
  observed: readonly ObservedShapes[],
  params: BucketParams,
): readonly ObservedShapes[] {
  const known = before.map(({ shapes }) => ({ shapes, items: 0, itemMs: 0 }));
  const open = [...observed, ...known].filter(({ shapes }) => !fits(own, shapes, params));
  const chosen: { first: ObservedShapes; items: number }[] = [];
  for (const one of open.toSorted((a, b) => sizeOf(b.shapes) - sizeOf(a.shapes))) {
    const bucket = chosen.find(({ first }) => fits(first.shapes, one.shapes, params));
    if (bucket === undefined) chosen.push({ first: one, items: one.items });
    else bucket.items += one.items;
  }
  const most = chosen.toSorted((a, b) => b.items - a.items).slice(0, params.maxBuckets);
  return most.map(({ first }) => first).toSorted((a, b) => sizeOf(a.shapes) - sizeOf(b.shapes));
}

function bucketOf({ shapes, itemMs }: ObservedShapes, before: readonly ShapeBucket[]): ShapeBucket {
  const known = before.find((one) => covers(one.shapes, shapes) && covers(shapes, one.shapes));
  if (known !== undefined) return known;
  const ms = milliseconds(itemMs);
  return { shapes, points: itemMs > 0 ? [{ batch: 1, p50Ms: ms, p95Ms: ms, p99Ms: ms, runs: 2 }] : [] };
}
