// Sets of rows as bits, 32 a word, so that many comparisons are one operation.

export type RowSet = Int32Array;

/** Creates an empty set of some of the first `count` rows. */
export const createRowSet = (count: number): RowSet => new Int32Array(wordsFor(count));

/** Creates an empty set for each count. They are next to one another in memory. */
export function createRowSets(counts: readonly number[]): readonly RowSet[] {
  const all = new Int32Array(counts.reduce((sum, count) => sum + wordsFor(count), 0));
  let end = 0;
  return counts.map((count) => all.subarray(end, (end += wordsFor(count))));
}

const wordsFor = (count: number): number => Math.ceil(count / 32);

export function addRow(set: RowSet, row: number): void {
  set[row >>> 5] = (set[row >>> 5] ?? 0) | (1 << (row & 31));
}

export function addFirstRows(set: RowSet, count: number): void {
  set.fill(-1, 0, count >>> 5);
  for (let row = count & ~31; row < count; row++) addRow(set, row);
}

export const hasRow = (set: RowSet, row: number): boolean => ((set[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;

export function removeRow(set: RowSet, row: number): void {
  set[row >>> 5] = (set[row >>> 5] ?? 0) & ~(1 << (row & 31));
}

/** Removes the rows that are not in the other set, which may be of more rows. Returns whether any is left. */
export function intersect(set: RowSet, other: RowSet): boolean {
  let found = 0;
  for (let word = 0; word < set.length; word++) {
    const common = (set[word] ?? 0) & (other[word] ?? 0);
    set[word] = common;
    found |= common;
  }
  return found !== 0;
}

/** Removes the rows from `from` on that are not in the other set. */
export function intersectFrom(set: RowSet, other: RowSet, from: number): void {
  const first = from >>> 5;
  for (let word = first; word < set.length; word++) {
    const kept = word === first ? ~(-1 << (from & 31)) : 0;
    set[word] = (set[word] ?? 0) & ((other[word] ?? 0) | kept);
  }
}

/** Adds the rows of the other set, as far as this one has room for them. */
export function unite(set: RowSet, other: RowSet): void {
  for (let word = 0; word < set.length; word++) set[word] = (set[word] ?? 0) | (other[word] ?? 0);
}

/** Returns the first common row of the sets, from `from` on. Undefined if there is none. */
export function firstCommonRow(a: RowSet, b: RowSet, from = 0): number | undefined {
  for (let word = from >>> 5; word < a.length; word++) {
    const isFirst = word === from >>> 5;
    const common = (a[word] ?? 0) & (b[word] ?? 0) & (isFirst ? -1 << (from & 31) : -1);
    if (common !== 0) return word * 32 + 31 - Math.clz32(common & -common);
  }
  return undefined;
}

/** Removes the rows from `from` on for which `isGone` returns true, and which are not in `without`. */
export function removeRows(
  set: RowSet,
  without: RowSet | undefined,
  from: number,
  isGone: (row: number) => boolean,
): void {
  const first = from >>> 5;
  for (let word = first; word < set.length; word++) {
    let open = (set[word] ?? 0) & ~(without?.[word] ?? 0) & (word === first ? -1 << (from & 31) : -1);
    for (; open !== 0; open &= open - 1) {
      const row = word * 32 + 31 - Math.clz32(open & -open);
      if (isGone(row)) removeRow(set, row);
    }
  }
}
