// Copies of maps with some entries replaced.

/** Returns a copy of the map without the gone keys and with the fresh entries. Kept keys keep their position. */
export function replaceEntries<K, V>(
  map: ReadonlyMap<K, V>,
  gone: Iterable<K>,
  fresh: ReadonlyMap<K, V>,
): ReadonlyMap<K, V> {
  const copy = new Map(map);
  for (const key of gone) if (!fresh.has(key)) copy.delete(key);
  for (const [key, value] of fresh) copy.set(key, value);
  return copy;
}
