// The batch sizes that a device is asked to run: it compiles for each of them, so there are few.

/**
 * The size that a batch of `items` is padded to: the smallest of `sizes` that holds it; `items` itself beyond the largest, or
 * without sizes. `sizes` are those that were measured, in any order.
 */
export function bucketOf(items: number, sizes: readonly number[]): number {
  let bucket = Infinity;
  for (const size of sizes) if (size >= items && size < bucket) bucket = size;
  return bucket === Infinity ? items : bucket;
}
