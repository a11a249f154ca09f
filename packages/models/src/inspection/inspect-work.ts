// Estimates the work of a model per item, as multiply-accumulates of its matrix products, convolutions and recurrent
// layers.

import type { OnnxModel, OnnxNode } from '../onnx/onnx.js';
import { graphsIn, intOf } from '../onnx/onnx-graph.js';
import { matrixAt } from '../shapes/compute-rules.js';
import { inferShapes } from '../shapes/infer-shapes.js';
import { multiply, type Known, type Shape } from '../shapes/shape.js';
import { weightsAt } from '../shapes/spatial-rules.js';

/** Returns the multiply-accumulates of a node. `output` is the shape of its first output. */
type Work = (node: OnnxNode, known: Known, output: Shape | undefined) => number | undefined;

const unknown: Shape = [undefined];

const conv: Work = (node, known, output) =>
  multiply(...(output ?? unknown), ...(known.shape(weightsAt(node)) ?? unknown).slice(1));

/** Multiplies every input element by every weight of its channel. */
const convTranspose: Work = (_, known) =>
  multiply(...(known.shape(0) ?? unknown), ...(known.shape(1) ?? unknown).slice(1));

const matMul: Work = (node, known, output) => {
  const [a, b] = [known.shape(0), known.shape(matrixAt(node))];
  return multiply(...(output ?? unknown), a?.at(-1) ?? (b !== undefined && b.length > 1 ? b.at(-2) : b?.[0]));
};

const gemm: Work = (node, known, output) =>
  multiply(...(output ?? unknown), known.shape(0)?.[intOf(node, 'transA', 0) === 1 ? 0 : 1]);

/** Uses the weights of the inputs and of the state once per step. */
const recurrent: Work = (_, known) => {
  const [x, w, r] = [known.shape(0), known.shape(1), known.shape(2)];
  const [inputs, states] = [multiply(...(w ?? unknown)), multiply(...(r ?? unknown))];
  return inputs === undefined || states === undefined ? undefined : multiply(x?.[0], x?.[1], inputs + states);
};

/**
 * Work by operator. It is unknown for operators with nested graphs or an inner equation. Operators not listed count as
 * 0.
 */
const works: ReadonlyMap<string, Work> = new Map<string, Work>([
  ...['Conv', 'ConvInteger', 'QLinearConv', 'FusedConv'].map((type) => [type, conv] as const),
  ...['MatMul', 'MatMulInteger', 'QLinearMatMul'].map((type) => [type, matMul] as const),
  ...['LSTM', 'GRU', 'RNN'].map((type) => [type, recurrent] as const),
  ...['If', 'Loop', 'Scan', 'Einsum', 'Attention'].map((type) => [type, () => undefined] as const),
  ['ConvTranspose', convTranspose],
  ['Gemm', gemm],
]);

/** Returns the work per item. `batched` sets the first dimension to 1. Undefined if shapes or operators are unknown. */
export function macsPerItem(model: OnnxModel, batched: boolean): number | undefined {
  const batchNames = new Set(model.graph.input.map(({ type }) => type?.tensorType?.shape?.dim[0]?.dimParam));
  const one = (name: string | undefined, axis: number): number | undefined =>
    batched && axis === 0 && batchNames.has(name) ? 1 : undefined;
  const { shapes, knownAt } = inferShapes(model, one);
  let total = 0;
  for (const node of model.graph.node) {
    const macs = workOf(node, knownAt(node), shapes.get(node.output[0] ?? ''));
    if (macs === undefined) return undefined;
    total += macs;
  }
  return total;
}

function workOf(node: OnnxNode, known: Known, output: Shape | undefined): number | undefined {
  if (!['', 'ai.onnx'].includes(node.domain) || graphsIn(node).length > 0) return undefined;
  const work = works.get(node.opType);
  return work === undefined ? 0 : work(node, known, output);
}
