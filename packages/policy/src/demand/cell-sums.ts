// Sums of numbers by cell.

/** The sum of each cell that was added to. */
export interface CellSums {
  readonly cells: Int32Array;
  /** Sum of each of `cells`. */
  readonly values: Float64Array;
}

/** Adds up one sum of each cell after another. Its memory is that of the largest cell. */
export interface CellAccumulator {
  /** Adds a value to the sum of a cell. */
  add(cell: number, value: number): void;
  /** Adds each sum multiplied by `weight`. */
  addAll(all: CellSums, weight: number): void;
  /** Returns the sums, and begins again without any. */
  take(): CellSums;
}

const firstCapacity = 1_024;

export function createCellAccumulator(): CellAccumulator {
  let sums = new Float64Array(firstCapacity);
  let isAdded = new Uint8Array(firstCapacity);
  let added = new Int32Array(firstCapacity);
  let count = 0;

  function grow(cell: number): void {
    const capacity = 2 * (cell + 1);
    const before = { sums, isAdded, added };
    [sums, isAdded, added] = [new Float64Array(capacity), new Uint8Array(capacity), new Int32Array(capacity)];
    sums.set(before.sums);
    isAdded.set(before.isAdded);
    added.set(before.added);
  }
  function add(cell: number, value: number): void {
    if (cell >= sums.length) grow(cell);
    if (isAdded[cell] === 0) {
      isAdded[cell] = 1;
      added[count] = cell;
      count += 1;
    }
    sums[cell] = (sums[cell] ?? 0) + value;
  }

  return {
    add,
    addAll({ cells, values }, weight) {
      const { length } = cells;
      for (let i = 0; i < length; i += 1) add(cells[i] ?? 0, (values[i] ?? 0) * weight);
    },
    take() {
      const cells = added.slice(0, count);
      const values = new Float64Array(count);
      for (let i = 0; i < count; i += 1) {
        const cell = cells[i] ?? 0;
        values[i] = sums[cell] ?? 0;
        sums[cell] = isAdded[cell] = 0;
      }
      count = 0;
      return { cells, values };
    },
  };
}
