// The difference between two reads of a table of records.

type Table<T> = ReadonlyMap<string, { readonly value: T }>;

/** Creates a function that returns the values that were added, removed or replaced since its last call. */
export function createChangedRecords<T>(): (records: Table<T>) => readonly T[] {
  const known = new Map<string, T>();
  return (records) => {
    const changed: T[] = [];
    for (const [key, { value }] of records) {
      const before = known.get(key);
      if (before === value) continue;
      changed.push(value, ...(before === undefined ? [] : [before]));
      known.set(key, value);
    }
    if (known.size === records.size) return changed;
    for (const [key, value] of known) {
      if (records.has(key)) continue;
      changed.push(value);
      known.delete(key);
    }
    return changed;
  };
}
