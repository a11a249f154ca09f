// The latencies of a profile for inputs of given shapes.

import type { Profile, ProfilePoint, Shapes } from '@pareto/core';

type BucketedProfile = Pick<Profile, 'points' | 'shapes' | 'buckets'>;

/**
 * Returns the points of the smallest bucket that is at least as large as the shapes in every dimension, or of the largest
 * bucket if none is. The profile's own shapes are a bucket too. Buckets without points do not count.
 */
export function pointsFor(profile: BucketedProfile, shapes: Shapes | undefined): readonly ProfilePoint[] {
  const { points, shapes: own, buckets } = profile;
  if (shapes === undefined || buckets === undefined || buckets.length === 0) return points;
  let [best, bestSize, bestCovers] = [points, sizeOf(own), covers(own, shapes)];
  for (const bucket of buckets) {
    if (bucket.points.length === 0) continue;
    const [size, isCovered] = [sizeOf(bucket.shapes), covers(bucket.shapes, shapes)];
    const isBetter = isCovered === bestCovers ? (isCovered ? size < bestSize : size > bestSize) : isCovered;
    if (isBetter) [best, bestSize, bestCovers] = [bucket.points, size, isCovered];
  }
  return best;
}

/** Returns the number of elements of all inputs together. */
export function sizeOf(shapes: Shapes): number {
  let total = 0;
  for (const name in shapes) {
    let elements = 1;
    for (const dim of shapes[name] ?? []) elements *= dim;
    total += elements;
  }
  return total;
}

/** Returns whether `large` is at least as large as `small` in every dimension. */
export function covers(large: Shapes, small: Shapes): boolean {
  for (const name in small) {
    const [outer, inner] = [large[name], small[name]];
    if (outer?.length !== inner?.length) return false;
    for (let at = 0; at < (inner?.length ?? 0); at++) if ((outer?.[at] ?? 0) < (inner?.[at] ?? 0)) return false;
  }
  return true;
}
