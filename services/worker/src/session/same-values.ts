// Comparison of plain data by its values.

/**
 * Returns whether two values of strings, numbers, arrays and plain objects are equal. Properties for which `isIgnored` returns
 * true are not compared, and one that is undefined equals one that is missing.
 */
export function sameValues(a: unknown, b: unknown, isIgnored: (key: string) => boolean = () => false): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameValues(item, b[index], isIgnored));
  }
  const [own, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in own) if (!isIgnored(key) && !sameValues(own[key], other[key], isIgnored)) return false;
  for (const key in other) if (!(key in own) && other[key] !== undefined && !isIgnored(key)) return false;
  return true;
}
