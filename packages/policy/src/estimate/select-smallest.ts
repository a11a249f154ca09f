// The order of samples by size, as far as quantiles need it.

/**
 * Reorders the first `count` values, so that the one at `rank` is where it is in order of size, with no larger one before it and no
 * smaller one behind it. Returns it. Source: Hoare 1961, "Algorithm 65: find".
 */
export function selectSmallest(values: Float32Array, count: number, rank: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let [left, right] = [low, high];
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1;
      while ((values[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const value = values[left] ?? 0;
      values[left++] = values[right] ?? 0;
      values[right--] = value;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank] ?? 0;
}

const gaps = [57, 23, 10, 4, 1];

/** Sorts the values from `from` to before `end` where they are. Native sorts take several times as long. Source: Ciura 2001, for Shellsort. */
export function sortRange(values: Float32Array, from: number, end: number): void {
  for (const gap of gaps)
    for (let index = from + gap; index < end; index++) {
      const value = values[index] ?? 0;
      let at = index;
      for (; at >= from + gap && (values[at - gap] ?? 0) > value; at -= gap) values[at] = values[at - gap] ?? 0;
      values[at] = value;
    }
}
