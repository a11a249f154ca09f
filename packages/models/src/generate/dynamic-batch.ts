// Makes the batch dynamic in models that were exported for a fixed size, or that name their batch inconsistently.

import { dimensionsOf, hasBatch, type InspectedValue } from '../inspection/inspect-dimensions.js';
import type { OnnxModel, OnnxValue } from '../onnx/onnx.js';
import { inferShapes } from '../shapes/infer-shapes.js';
import { followBatch } from './batch/batch-nodes.js';
import { declined, made, type GraphGenerator } from '../rewrite/generator.js';
import { withGraph } from '../onnx/onnx-graph.js';

export const dynamicBatch: GraphGenerator = {
  kind: 'rewrite',
  opensBatch: true,
  bound: 0.999,
  rewrite(model) {
    const values = [...model.graph.input, ...model.graph.output].map(dimensionsOf);
    if (hasBatch(values)) return declined('its batch is dynamic already');
    const size = sizeOfBatch(values);
    if (typeof size === 'string') return declined(size);
    const name = batchName(values);
    const opened = open(model, name);
    if (size === undefined) return made(opened, 'its first dimension is a batch');
    const followed = followBatch(opened, { name, size });
    if ('reason' in followed) return declined(followed.reason);
    const stuck = firstStuck(followed, name, size);
    return stuck === undefined
      ? made(followed, `a batch of any size instead of ${size}`)
      : declined(`its output ${JSON.stringify(stuck)} does not follow the batch: the graph is built for ${size}`);
  },
};

/**
 * Returns the fixed size, undefined if the batch is dynamic but named inconsistently, or a text with the reason why
 * there is no batch.
 */
function sizeOfBatch(values: readonly InspectedValue[]): number | string | undefined {
  const scalar = values.find(({ dims }) => dims.length === 0);
  if (scalar !== undefined) return `${JSON.stringify(scalar.name)} is a scalar, which has no batch`;
  const sizes = values.filter(({ dims }) => typeof dims[0] === 'number');
  const other = sizes.find(({ dims }) => dims[0] !== sizes[0]?.dims[0]);
  if (other !== undefined) {
    const [first] = sizes;
    const describe = ({ name, dims }: InspectedValue): string => `${JSON.stringify(name)} with ${dims[0] ?? 0}`;
    return `its inputs and outputs start with different sizes: ${first === undefined ? '' : describe(first)}, ${describe(other)}`;
  }
  const leading = new Set(values.map(({ dims }) => dims[0]).filter((name) => name !== '?'));
  const again = values.find(({ dims }) => dims.slice(1).some((dim) => typeof dim === 'string' && leading.has(dim)));
  if (again !== undefined)
    return `the first dimension of ${JSON.stringify(again.name)} is used as another dimension too`;
  const size = sizes[0]?.dims[0];
  return typeof size === 'number' ? size : undefined;
}

/** Returns a name that no other dimension has. */
function batchName(values: readonly InspectedValue[]): string {
  const taken = new Set(values.flatMap(({ dims }) => dims.slice(1)));
  let name = 'batch';
  for (let count = 2; taken.has(name); count++) name = `batch_${count}`;
  return name;
}

/**
 * Sets the first dimension of every input and output. Drops the declared shapes of other tensors, which may be wrong.
 */
const open = (model: OnnxModel, name: string): OnnxModel =>
  withGraph(model, {
    input: model.graph.input.map((value) => opened(value, name)),
    output: model.graph.output.map((value) => opened(value, name)),
    valueInfo: [],
  });

function opened(value: OnnxValue, dimParam: string): OnnxValue {
  const { type } = value;
  const dim = type?.tensorType?.shape?.dim;
  if (type?.tensorType === undefined || dim === undefined) return value;
  const shape = { dim: [{ denotation: dim[0]?.denotation ?? '', dimParam }, ...dim.slice(1)] };
  return { ...value, type: { ...type, tensorType: { ...type.tensorType, shape } } };
}

/** Returns the name of an output whose first dimension does not follow the batch. Undefined if there is none. */
function firstStuck(model: OnnxModel, batch: string, size: number): string | undefined {
  const tried = size * 1009;
  const { shapes } = inferShapes(model, (name) => (name === batch ? tried : undefined));
  return model.graph.output.find(({ name }) => ![tried, undefined].includes(shapes.get(name)?.[0]))?.name;
}
