// Counts by key.

/** Adds `count` to the count under `key`, which starts at 0. */
export function addTo<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
