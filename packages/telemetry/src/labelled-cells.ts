// Values of an instrument by their labels.

import type { LabelSpec } from './labels.js';

export type CellLabels = Readonly<Record<string, string>>;

export interface LabelledCells<C> {
  /** Returns the cell of the labels, which are all of the instrument's. Creates it at the first time. */
  at(labels: CellLabels | undefined): C;
  values(): Iterable<C>;
}

/** The cells whose first labels are equal, by the next label. */
interface Branch<C> {
  readonly next: Map<string, Branch<C>>;
  cell: C | undefined;
}

/**
 * Creates cells for labels with these names. If `spec` has all values of some labels, a new cell comes with those for each of these
 * values, from the start if it has them for all labels.
 */
export function createLabelledCells<C>(
  names: readonly string[],
  create: (labels: CellLabels) => C,
  spec: LabelSpec = {},
): LabelledCells<C> {
  const cells: C[] = [];
  const root = createBranch<C>();
  const closed = names.filter((name) => Array.isArray(spec[name]));
  /** Labels of the last value, and their cell. Many values in a row have the same object. */
  let lastLabels: CellLabels | undefined;
  let lastCell: C | undefined;

  function branchOf(labels: CellLabels | undefined): Branch<C> {
    let branch = root;
    for (const name of names) branch = branchAt(branch, labels?.[name] ?? '');
    return branch;
  }
  function add(labels: CellLabels): C {
    const branch = branchOf(labels);
    if (branch.cell === undefined) cells.push((branch.cell = create(labels)));
    return branch.cell;
  }
  /** Adds the cell, and those with each other value of the closed labels. */
  function addAll(labels: CellLabels | undefined): C {
    // Copied without other fields.
    const own = Object.fromEntries(names.map((name) => [name, labels?.[name] ?? '']));
    for (const each of withEachValue(own, closed, spec)) add(each);
    return add(own);
  }
  if (closed.length === names.length) for (const labels of withEachValue({}, closed, spec)) add(labels);
  return {
    at(labels) {
      if (lastCell !== undefined && labels === lastLabels) return lastCell;
      const { cell } = branchOf(labels);
      lastLabels = labels;
      lastCell = cell ?? addAll(labels);
      return lastCell;
    },
    values: () => cells,
  };
}

/** Returns the labels with each combination of values of the closed ones. */
function withEachValue(labels: CellLabels, closed: readonly string[], spec: LabelSpec): readonly CellLabels[] {
  const [name, ...rest] = closed;
  if (name === undefined) return [labels];
  return [spec[name] ?? []].flat().flatMap((value) => withEachValue({ ...labels, [name]: value }, rest, spec));
}

const createBranch = <C>(): Branch<C> => ({ next: new Map(), cell: undefined });

function branchAt<C>({ next }: Branch<C>, label: string): Branch<C> {
  const known = next.get(label);
  if (known !== undefined) return known;
  const added = createBranch<C>();
  next.set(label, added);
  return added;
}
