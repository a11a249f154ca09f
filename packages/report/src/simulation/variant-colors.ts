// The colours of variants, which are the same in all runs as far as the colours of one run differ.

import { variantColor } from '../html/colors.js';

/** Returns a function that gives each name of a run a colour. */
export function createVariantColors(): (names: readonly string[]) => readonly string[] {
  const indexes = new Map<string, number>();
  return (names) => {
    const known = names.map((name) => indexes.get(name));
    const used = new Set<number>();
    const kept = known.map((index) => {
      if (index === undefined || used.has(index)) return undefined;
      used.add(index);
      return index;
    });
    return names.map((name, at) => {
      const index = kept[at] ?? firstFree(used);
      used.add(index);
      if (!indexes.has(name)) indexes.set(name, index);
      return variantColor(index);
    });
  };
}

function firstFree(used: ReadonlySet<number>): number {
  let index = 0;
  while (used.has(index)) index += 1;
  return index;
}
