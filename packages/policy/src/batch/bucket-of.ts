// The batch sizes that a device runs. There are few, because it compiles for each of them.

/**
 * Returns the size that a batch of `items` is padded to: the smallest of `sizes` that is large enough, or `items`
 * itself if none is. `sizes` are the measured batch sizes, in any order.
 */
export function bucketOf(items: number, sizes: readonly number[]): number {
  let bucket = Infinity;
  for (const size of sizes) if (size >= items && size < bucket) bucket = size;
  return bucket === Infinity ? items : bucket;
}
