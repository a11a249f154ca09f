// Makes MatMul and Gemm compute in 8 bits: weights quantised ahead by column, inputs as they come, by their extremes in each run.

import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxModel } from '../onnx/onnx.js';
import { made, type GraphGenerator, type Rewrite } from './rewrite/generator.js';
import { floatTensor, intAttribute, makeNode, makeTensor } from '../onnx/onnx-parts.js';
import { columnScales, quantiseMatrix } from './quantise/quantise-matrix.js';
import { noteOf, startQuantising, type Parts } from './quantise/quantise-parts.js';
import { replaceProducts, type Product } from './quantise/quantise-products.js';

/** With fewer, quantising inputs costs more time than the product gains. */
const minWeightBytes = 8192;

/** An input's scale spans the whole batch, so an answer depends, a little, on what else is in its batch. */
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

/** Adds the product without addend in the form that ONNX Runtime fuses, with the addend, into one kernel. */
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

/** `alpha` is taken into the scales. */
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
