// Results that are kept with the objects that they follow from.

/** Returns a function that computes its result once for each object, and keeps it as long as the object, which must not change. */
export function oncePer<K extends object, V extends NonNullable<unknown>>(compute: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, V>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before;
    const result = compute(of);
    known.set(of, result);
    return result;
  };
}
