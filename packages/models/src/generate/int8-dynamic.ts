// Computes MatMul and Gemm in 8 bits. Weights are quantised ahead by column, inputs in each run by their rows.

import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxModel } from '../onnx/onnx.js';
import { made, type GraphGenerator, type Rewrite } from './rewrite/generator.js';
import { opsetOf, withOpset } from '../onnx/onnx-graph.js';
import { floatTensor, makeNode, makeTensor } from '../onnx/onnx-parts.js';
import { inferShapes } from '../shapes/infer-shapes.js';
import { columnScales, quantiseMatrix } from './quantise/quantise-matrix.js';
import { noteOf, startQuantising, type Parts } from './quantise/quantise-parts.js';
import { replaceProducts, type Product } from './quantise/quantise-products.js';
import {
  asRows,
  fromRows,
  notNegative,
  quantiseRows,
  runtimeDomain,
  type QuantisedRows,
} from './quantise/quantise-rows.js';

/** Minimum size of weights. For smaller ones, quantising the inputs takes longer than the product gains. */
const minWeightBytes = 8192;

/** Each row of an input has its own scale, so that an answer does not depend on the other items in its batch. */
export const int8Dynamic: GraphGenerator = {
  kind: 'rewrite',
  bound: 0.99,
  rewrite: (model) => {
    const upgraded = startQuantising(model);
    return upgraded.kind === 'made' ? quantise(upgraded.model, upgraded.note) : upgraded;
  },
};

function quantise(model: OnnxModel, note: string): Rewrite {
  const { shapes } = inferShapes(model);
  const positive = notNegative(model.graph);
  const replaced = replaceProducts(model, minWeightBytes, (product, output, parts) => {
    const { input, weights } = product;
    const flat = product.node.opType === 'Gemm' || shapes.get(input)?.length === 2;
    const rows = parts.once(`rows ${input}`, () => (flat ? input : asRows(input, weights.rows, parts)));
    const given = { rows, isPositive: positive.has(input), opset: opsetOf(model) };
    const quantised = parts.once(`quantised ${input}`, () => quantiseRows(given, parts));
    if (flat) return multiply(product, quantised, output, parts);
    const result = parts.fresh(`${output}_rows`);
    multiply(product, quantised, result, parts);
    fromRows({ result, like: input, width: weights.columns }, output, parts);
  });
  if (replaced.kind === 'declined') return replaced;
  const version = Math.max(1, opsetOf(model, runtimeDomain));
  return made(withOpset(replaced.model, runtimeDomain, version), noteOf(note, `in 8 bits: ${replaced.share}`));
}

/** Emits the product without its addend: with the scales of the columns in one kernel, then with those of the rows. */
function multiply(product: Product, { values, scales, zeroPoint }: QuantisedRows, output: string, parts: Parts): void {
  const [weights, columns] = parts.once(`weights ${product.key} ${product.alpha}`, () => addWeights(product, parts));
  const one = parts.once('one', () => parts.add('one', (name) => floatTensor(name, [], [1])));
  const input = [values, weights, one, columns, ...(zeroPoint === undefined ? [] : [zeroPoint])];
  const scaled = parts.compute('MatMulIntegerToFloat', input, `${output}_scaled`, { domain: runtimeDomain });
  parts.emit(makeNode('Mul', [scaled, scales], [output]));
}

/** Adds the quantised weights and their scales, which include `alpha`. */
function addWeights({ key, weights, alpha }: Product, parts: Parts): readonly [values: string, scales: string] {
  const scales = columnScales(weights);
  const values = quantiseMatrix(weights, scales);
  return [
    parts.add(`${key}_int8`, (name) => makeTensor(name, onnxTypes.int8, [weights.rows, weights.columns], values)),
    parts.add(`${key}_scales`, (name) =>
      floatTensor(
        name,
        [weights.columns],
        scales.map((scale) => scale * alpha),
      ),
    ),
  ];
}
