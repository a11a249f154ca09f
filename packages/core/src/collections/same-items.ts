// Comparison of lists whose items are compared as values or as the same objects.

/** Returns whether both lists have the same items in the same order, according to `===`. False if one is undefined. */
export const sameItems = (a: readonly unknown[] | undefined, b: readonly unknown[]): boolean =>
  a !== undefined && a.length === b.length && b.every((item, i) => item === a[i]);
