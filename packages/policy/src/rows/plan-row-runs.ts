// The runs that verify that a variant keeps rows apart.

/** Contents of an adversarial row, which is derived from a benign one. */
export const neighbourKinds = [
  'same',
  'large',
  'small',
  'zero',
  'nan',
  'infinite',
  'negative-infinite',
  'greatest',
  'least',
] as const;
export type NeighbourKind = (typeof neighbourKinds)[number];

/** A batch in which adversarial rows replace the benign ones at some positions. */
export interface AdversarialRun {
  readonly kind: NeighbourKind;
  /** Positions of the adversarial rows. At least one position is not among them. */
  readonly replaced: ReadonlySet<number>;
}

/** The runs of one batch size, after one with benign rows only. */
export interface RowRuns {
  readonly size: number;
  readonly adversarial: readonly AdversarialRun[];
}

export interface RowRunsRequest {
  /** Maximum batch size to verify, at least 1. */
  readonly ceiling: number;
  /** Set if the graph proves that rows are kept apart, so that the runs only confirm it. */
  readonly isProved: boolean;
  /** Returns the expected time of a run, in ms. */
  readonly expectedMs: (size: number) => number;
}

/** Time that the runs may take. A lower ceiling is verified if they would take longer. */
const maxVerifyMs = 15_000;

/**
 * Returns the runs by ascending batch size: 2, 5 and the ceiling, which is lowered until the runs fit their time. Empty if not
 * even batches of two do.
 */
export function planRowRuns({ ceiling, isProved, expectedMs }: RowRunsRequest): readonly RowRuns[] {
  const runsOf = (highest: number): readonly RowRuns[] =>
    [...new Set([2, 5, highest])]
      .filter((size) => size >= 2 && size <= highest)
      .sort((a, b) => a - b)
      .map((size) => ({ size, adversarial: adversarialRuns(size, isProved) }));
  for (let highest = ceiling; highest >= 2; highest = Math.floor(highest / 2)) {
    const runs = runsOf(highest);
    const totalMs = runs.reduce((total, { size, adversarial }) => total + adversarial.length * expectedMs(size), 0);
    if (totalMs <= maxVerifyMs) return runs;
  }
  return [];
}

function adversarialRuns(size: number, isProved: boolean): readonly AdversarialRun[] {
  const positions = Array.from({ length: size }, (_, position) => position);
  const patterns = [
    positions.filter((position) => position % 2 === 0),
    positions.filter((position) => position % 2 === 1),
    ...(size > 2 ? [[0], [size - 1]] : []),
  ];
  const tried = isProved ? patterns.slice(1, 2) : patterns;
  return neighbourKinds.flatMap((kind) => tried.map((replaced) => ({ kind, replaced: new Set(replaced) })));
}
