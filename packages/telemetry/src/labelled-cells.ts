// Values of an instrument by their labels.

export type GivenLabels<L extends string> = Readonly<Record<L, string>>;

export interface LabelledCells<L extends string, C> {
  /** Returns the cell of the labels, which are all of the instrument's. Creates it at the first time. */
  at(labels: GivenLabels<L> | undefined): C;
  values(): Iterable<C>;
}

/** The cells whose first labels are equal, by the next label. */
interface Branch<C> {
  readonly next: Map<string, Branch<C>>;
  cell: C | undefined;
}

/** Creates cells for labels with these names. Without names, there is one cell from the start. */
export function createLabelledCells<L extends string, C>(
  names: readonly L[],
  create: (labels: Partial<GivenLabels<L>>) => C,
): LabelledCells<L, C> {
  const cells: C[] = [];
  const root = createBranch<C>();
  /** Labels of the last value, and their cell. Many values in a row have the same object. */
  let lastLabels: GivenLabels<L> | undefined;
  let lastCell: C | undefined;

  function add(labels: Partial<GivenLabels<L>>): C {
    // Copied without other fields.
    const own: Partial<Record<L, string>> = {};
    for (const name of names) own[name] = labels[name] ?? '';
    const cell = create(own);
    cells.push(cell);
    return cell;
  }
  if (names.length === 0) root.cell = add({});
  return {
    at(labels) {
      if (lastCell !== undefined && labels === lastLabels) return lastCell;
      let branch = root;
      for (const name of names) branch = branchAt(branch, labels?.[name] ?? '');
      lastLabels = labels;
      lastCell = branch.cell ??= add(labels ?? {});
      return lastCell;
    },
    values: () => cells,
  };
}

const createBranch = <C>(): Branch<C> => ({ next: new Map(), cell: undefined });

function branchAt<C>({ next }: Branch<C>, label: string): Branch<C> {
  const known = next.get(label);
  if (known !== undefined) return known;
  const added = createBranch<C>();
  next.set(label, added);
  return added;
}
