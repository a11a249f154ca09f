// Stores the weights of MatMul and Gemm in blocks of 4-bit numbers, for ONNX Runtime's operator MatMulNBits.

import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { GraphGenerator } from '../rewrite/generator.js';
import { floatTensor, intAttribute, makeNode, makeTensor } from '../onnx/onnx-parts.js';
import { quantiseBlocks, type Blocks } from './quantise/quantise-blocks.js';
import { runtimeDomain, type Parts } from './quantise/quantise-parts.js';
import { replaceProducts, type Product } from './quantise/quantise-products.js';

/** Minimum size of weights. Smaller products are as fast in floats. */
const minWeightBytes = 16384;
/**
 * Block sizes that all providers support. The largest is the fastest, and with a zero point per block as accurate as
 * the smallest.
 */
const blockSizes = [128, 64, 32] as const;
/** Allows the kernel to convert inputs to 8 bits, which is two to three times as fast on the CPU. */
const accuracyLevel = 4;

export const int4: GraphGenerator = {
  kind: 'rewrite',
  bound: 0.97,
  rewrite: (model) =>
    replaceProducts(model, { minWeightBytes, precision: 'weights in 4 bits', multiplyIn: () => multiply }),
};

/** Emits the product without its addend. ONNX Runtime fuses the addend if the provider's kernel supports it. */
function multiply({ key, weights, alpha, input }: Product, output: string, parts: Parts): void {
  const block = blockSizes.find((size) => size <= weights.rows) ?? 32;
  const names = parts.once(`blocks ${key} ${alpha}`, () =>
    addBlocks(quantiseBlocks(weights, block), { key, columns: weights.columns, alpha }, parts),
  );
  const attribute = [
    ...[intAttribute('K', weights.rows), intAttribute('N', weights.columns), intAttribute('bits', 4)],
    ...[intAttribute('block_size', block), intAttribute('accuracy_level', accuracyLevel)],
  ];
  parts.emit(makeNode('MatMulNBits', [input, ...names], [output], { domain: runtimeDomain, attribute }));
}

interface Of {
  readonly key: string;
  readonly columns: number;
  readonly alpha: number;
}

/** Adds the tensors of the blocks. Returns the names of values, scales and zero points. The scales include `alpha`. */
function addBlocks(
  { block, blocks, values, scales, zeroPoints }: Blocks,
  { key, columns, alpha }: Of,
  parts: Parts,
): readonly string[] {
  const bytes = (hint: string, dims: readonly number[], content: Uint8Array): string =>
    parts.add(`${key}_${hint}`, (name) => makeTensor(name, onnxTypes.uint8, dims, content));
  return [
    bytes('int4', [columns, blocks, block / 2], values),
    parts.add(`${key}_scales`, (name) =>
      floatTensor(
        name,
        [columns, blocks],
        scales.map((scale) => scale * alpha),
      ),
    ),
    bytes('zero_points', [columns, Math.ceil(blocks / 2)], zeroPoints),
  ];
}
