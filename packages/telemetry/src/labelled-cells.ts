// Values of an instrument by their labels.

export type GivenLabels<L extends string> = Readonly<Record<L, string>>;

export interface LabelledCells<L extends string, C> {
  /** Returns the cell of the labels, which are all of the instrument's. Creates it at the first time. */
  at(labels: GivenLabels<L> | undefined): C;
  values(): Iterable<C>;
}

/** Creates cells for labels with these names. Without names, there is one cell from the start. */
export function createLabelledCells<L extends string, C>(
  names: readonly L[],
  create: (labels: Partial<GivenLabels<L>>) => C,
): LabelledCells<L, C> {
  const cells = new Map<string, C>();
  const [first, ...others] = names;

  function add(key: string, labels: Partial<GivenLabels<L>>): C {
    // Copied without other fields.
    const own: Partial<Record<L, string>> = {};
    for (const name of names) own[name] = labels[name] ?? '';
    const cell = create(own);
    cells.set(key, cell);
    return cell;
  }
  if (first === undefined) add('', {});
  return {
    at(labels) {
      let key = first === undefined ? '' : (labels?.[first] ?? '');
      for (const name of others) key += `\0${labels?.[name] ?? ''}`;
      return cells.get(key) ?? add(key, labels ?? {});
    },
    values: () => cells.values(),
  };
}
