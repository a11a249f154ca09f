// Reads the dimensions of a model's inputs and outputs: fixed sizes, names of dynamic dimensions, and the batch.

import type { OnnxValue } from '../onnx/onnx.js';

export interface InspectedValue {
  readonly name: string;
  /** A number for a fixed dimension; the name of a dynamic one, or `?` if it has none. */
  readonly dims: readonly (number | string)[];
}

const unnamed = '?';

export const dimensionsOf = ({ name, type }: OnnxValue): InspectedValue => ({
  name,
  dims: (type?.tensorType?.shape?.dim ?? []).map(({ dimValue, dimParam }) =>
    dimValue !== undefined && dimValue > 0 ? dimValue : dimParam === undefined || dimParam === '' ? unnamed : dimParam,
  ),
});

/** Returns the names of dynamic dimensions, in order of appearance. */
export const dynamicDims = (values: readonly InspectedValue[]): readonly string[] => [
  ...new Set(values.flatMap(({ dims }) => dims.filter((dim) => typeof dim === 'string'))),
];

/** Returns true if the first dimension of every value is dynamic, and has the same name everywhere. */
export function hasBatch(values: readonly InspectedValue[]): boolean {
  const [name, ...others] = leadingDims(values);
  return typeof name === 'string' && name !== unnamed && others.length === 0;
}

/**
 * Returns the number of items per run of a model whose first dimension may be a batch, which has to be verified: the
 * size that it fixes everywhere, or 1 if it is dynamic without one name. Undefined if the batch is known, or if there
 * is none.
 */
export function fixedBatchOf(values: readonly InspectedValue[]): number | undefined {
  if (hasBatch(values)) return undefined;
  const [size = 1, ...others] = leadingDims(values).map((dim) => (typeof dim === 'string' ? 1 : (dim ?? 0)));
  return size > 0 && others.every((other) => other === size) ? size : undefined;
}

/** Returns the different first dimensions. Undefined is that of a scalar. */
const leadingDims = (values: readonly InspectedValue[]): readonly (number | string | undefined)[] => [
  ...new Set(values.map(({ dims }) => dims[0])),
];
