// Computes MatMul and Gemm in 8 bits. Weights are quantised ahead by column, inputs in each run by their extremes.

import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxModel } from '../onnx/onnx.js';
import { made, type GraphGenerator, type Rewrite } from './rewrite/generator.js';
import { floatTensor, intAttribute, makeNode, makeTensor } from '../onnx/onnx-parts.js';
import { columnScales, quantiseMatrix } from './quantise/quantise-matrix.js';
import { noteOf, startQuantising, type Parts } from './quantise/quantise-parts.js';
import { replaceProducts, type Product } from './quantise/quantise-products.js';

/** Minimum size of weights. For smaller ones, quantising the inputs takes longer than the product gains. */
const minWeightBytes = 8192;

/** The scale of an input spans the whole batch, so an answer depends slightly on the other items in its batch. */
export const int8Dynamic: GraphGenerator = {
  kind: 'rewrite',
  bound: 0.99,
  rewrite: (model) => {
    const upgraded = startQuantising(model);
    return upgraded.kind === 'made' ? quantise(upgraded.model, upgraded.note) : upgraded;
  },
};

function quantise(model: OnnxModel, note: string): Rewrite {
  const replaced = replaceProducts(model, minWeightBytes, multiply);
  if (replaced.kind === 'declined') return replaced;
  return made(replaced.model, noteOf(note, `in 8 bits: ${replaced.share}`));
}

/** Emits the product without its addend, in the form that ONNX Runtime fuses with the addend into one kernel. */
function multiply(product: Product, output: string, parts: Parts): void {
  const { input } = product;
  const [values, scale, zeroPoint] = parts.once(`quantised ${input}`, () => quantiseInput(input, parts));
  const [weights, scales] = parts.once(`weights ${product.key} ${product.alpha}`, () => addWeights(product, parts));
  const whole = parts.compute('MatMulInteger', [values, weights, zeroPoint], `${output}_whole`);
  const float = parts.compute('Cast', [whole], `${output}_float`, { attribute: [intAttribute('to', onnxTypes.float)] });
  const scaleOfAll = parts.compute('Mul', [scale, scales], `${output}_scale`);
  parts.emit(makeNode('Mul', [float, scaleOfAll], [output]));
}

function quantiseInput(input: string, parts: Parts): readonly [values: string, scale: string, zeroPoint: string] {
  const outputs = [
    parts.fresh(`${input}_quantised`),
    parts.fresh(`${input}_scale`),
    parts.fresh(`${input}_zero_point`),
  ] as const;
  parts.emit(makeNode('DynamicQuantizeLinear', [input], outputs));
  return outputs;
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
