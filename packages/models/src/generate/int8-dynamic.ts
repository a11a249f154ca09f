// Computes MatMul and Gemm in 8 bits. Weights are quantised ahead by column, inputs in each run by their rows.

import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxModel } from '../onnx/onnx.js';
import type { GraphGenerator } from '../rewrite/generator.js';
import { opsetOf } from '../onnx/onnx-graph.js';
import { floatTensor, makeNode, makeTensor } from '../onnx/onnx-parts.js';
import { inferShapes } from '../shapes/infer-shapes.js';
import { columnScales, columnSums, quantiseMatrix } from './quantise/quantise-matrix.js';
import { runtimeDomain, type Parts } from './quantise/quantise-parts.js';
import { replaceProducts, type Multiply, type Product } from './quantise/quantise-products.js';
import { asRows, fromRows, notNegative, quantiseRows, type QuantisedRows } from './quantise/quantise-rows.js';

/** Minimum size of weights. For smaller ones, quantising the inputs takes longer than the product gains. */
const minWeightBytes = 8192;

/** Each row of an input has its own scale, so that an answer does not depend on the other items in its batch. */
export const int8Dynamic: GraphGenerator = {
  kind: 'rewrite',
  bound: 0.99,
  rewrite: (model) => replaceProducts(model, { minWeightBytes, precision: 'in 8 bits', multiplyIn }),
};

function multiplyIn(model: OnnxModel): Multiply {
  const { shapes } = inferShapes(model);
  const positive = notNegative(model.graph);
  return (product, output, parts) => {
    const { input, weights } = product;
    const flat = product.node.opType === 'Gemm' || shapes.get(input)?.length === 2;
    const rows = parts.once(`rows ${input}`, () => (flat ? input : asRows(input, weights.rows, parts)));
    const given = { rows, isPositive: positive.has(input), opset: opsetOf(model) };
    const quantised = parts.once(`quantised ${input}`, () => quantiseRows(given, parts));
    if (flat) return multiply(product, quantised, output, parts);
    const result = parts.fresh(`${output}_rows`);
    multiply(product, quantised, result, parts);
    fromRows({ result, like: input, width: weights.columns }, output, parts);
  };
}

/**
 * Emits the product without its addend: with the scales of the columns in one kernel, then with those of the rows. The
 * offset of a row contributes once per sum of a column.
 */
function multiply(product: Product, { values, scales, offsets }: QuantisedRows, output: string, parts: Parts): void {
  const weights = parts.once(`weights ${product.key} ${product.alpha}`, () => addWeights(product, parts));
  const one = parts.once('one', () => parts.add('one', (name) => floatTensor(name, [], [1])));
  const input = [values, weights.values, one, weights.scales];
  const scaled = parts.compute('MatMulIntegerToFloat', input, `${output}_scaled`, { domain: runtimeDomain });
  if (offsets === undefined) return parts.emit(makeNode('Mul', [scaled, scales], [output]));
  const above = parts.compute('Mul', [scaled, scales], `${output}_above`);
  const offset = parts.compute('Mul', [offsets, weights.sums], `${output}_offset`);
  parts.emit(makeNode('Add', [above, offset], [output]));
}

interface QuantisedWeights {
  readonly values: string;
  /** Scale of each column, which includes `alpha`. */
  readonly scales: string;
  /** Sum of each column, as quantised and scaled. */
  readonly sums: string;
}

function addWeights({ key, weights, alpha }: Product, parts: Parts): QuantisedWeights {
  const { rows, columns } = weights;
  const scales = columnScales(weights);
  const values = quantiseMatrix(weights, scales);
  const list = (hint: string, numbers: ArrayLike<number>): string =>
    parts.add(`${key}_${hint}`, (name) => floatTensor(name, [columns], numbers));
  const scaled = scales.map((scale) => scale * alpha);
  const sums = columnSums(values, columns);
  return {
    values: parts.add(`${key}_int8`, (name) => makeTensor(name, onnxTypes.int8, [rows, columns], values)),
    scales: list('scales', scaled),
    sums: list(
      'sums',
      scaled.map((scale, column) => scale * (sums[column] ?? 0)),
    ),
  };
}
