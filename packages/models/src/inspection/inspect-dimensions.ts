// The dimensions of what a model takes and gives: which are fixed, what the others are called, and where the batch is.

import type { OnnxGraph, OnnxValue } from '../onnx/onnx.js';

export interface InspectedValue {
  readonly name: string;
  /** A number is fixed; a text is the name of one that isn't, `?` when it has none. */
  readonly dims: readonly (number | string)[];
}

const unnamed = '?';

/** Weights that are listed as inputs, as old exporters do, are none. */
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

/** Names of dimensions that aren't fixed, in the order in which they appear. */
export const dynamicDims = (values: readonly InspectedValue[]): readonly string[] => [
  ...new Set(values.flatMap(({ dims }) => dims.filter((dim) => typeof dim === 'string'))),
];

/** A batch dimension is dynamic, first in every input and output, and never called by two names. */
export function hasBatch(values: readonly InspectedValue[]): boolean {
  const names = new Set(values.map(({ dims }) => dims[0]).filter((name) => name !== unnamed));
  return values.every(({ dims }) => typeof dims[0] === 'string') && names.size <= 1;
}

/** The fixed size that comes first in every input and output; undefined unless there is one. */
export function fixedBatchOf(values: readonly InspectedValue[]): number | undefined {
  const [size, ...others] = new Set(values.map(({ dims }) => dims[0]));
  return typeof size === 'number' && others.length === 0 ? size : undefined;
}
