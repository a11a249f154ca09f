// Reads the dimensions of a model's inputs and outputs: fixed sizes, names of dynamic dimensions, and the batch.

import type { OnnxGraph, OnnxValue } from '../onnx/onnx.js';

export interface InspectedValue {
  readonly name: string;
  /** A number for a fixed dimension; the name of a dynamic one, or `?` if it has none. */
  readonly dims: readonly (number | string)[];
}

const unnamed = '?';

/** Returns the inputs without the weights, which old exporters list as inputs too. */
export function inputsOf(graph: OnnxGraph): readonly OnnxValue[] {
  const weights = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.filter(({ name }) => !weights.has(name));
}

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

/** Returns true if the first dimension of every value is dynamic, and has the same name in all that name it. */
export function hasBatch(values: readonly InspectedValue[]): boolean {
  const names = new Set(values.map(({ dims }) => dims[0]).filter((name) => name !== unnamed));
  return values.every(({ dims }) => typeof dims[0] === 'string') && names.size <= 1;
}

/** Returns the fixed size that is the first dimension of every value. Undefined if there is none. */
export function fixedBatchOf(values: readonly InspectedValue[]): number | undefined {
  const [size, ...others] = new Set(values.map(({ dims }) => dims[0]));
  return typeof size === 'number' && others.length === 0 ? size : undefined;
}
