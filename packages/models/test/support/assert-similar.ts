// Compares the outputs of a rewritten model with those of the original, for tests.

import assert from 'node:assert/strict';
import type { TensorBytes } from '@pareto/testkit';
import type { Rewrite } from '../../src/rewrite/generator.js';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import { withGraph } from '../../src/onnx/onnx-graph.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import { makeTensor } from '../../src/onnx/onnx-parts.js';
import { cosine, numbersOf, runModel } from './run-model.js';

/** Returns the model of a rewrite. Throws if it was declined. */
export function modelOf(rewrite: Rewrite): OnnxModel {
  if (rewrite.kind === 'made') return rewrite.model;
  throw new Error(rewrite.reason);
}

/** Returns the reason of a declined rewrite. Throws if it was not declined. */
export function reasonOf(rewrite: Rewrite): string {
  if (rewrite.kind === 'declined') return rewrite.reason;
  throw new Error(`made: ${rewrite.note}`);
}

/** Asserts that outputs are similar. `asWritten` is as for `openModelSession`, for the rewritten model. */
export async function assertSimilar(
  was: OnnxModel,
  is: OnnxModel,
  inputs: readonly TensorBytes[],
  bound: number,
  asWritten = false,
): Promise<void> {
  const [before, after] = [await runModel(encodeOnnx(was), inputs), await runModel(encodeOnnx(is), inputs, asWritten)];
  assert.deepEqual(
    after.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    before.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
  );
  for (const [index, tensor] of before.entries()) {
    const other = after[index];
    const similarity = other === undefined ? 0 : cosine(numbersOf(tensor), numbersOf(other));
    assert.ok(similarity >= bound, `similarity of ${tensor.name}: ${similarity}, expected at least ${bound}`);
  }
}

/**
 * Returns an equivalent model with unsigned weights in its 8-bit products. ONNX Runtime computes them exactly on every
 * CPU. With signed weights, sums of two products saturate on x64 without VNNI, and random weights lose much by this.
 */
export function withUnsignedWeights(model: OnnxModel): OnnxModel {
  const { node, initializer } = model.graph;
  const isProduct = ({ opType }: OnnxNode): boolean => opType === 'MatMulIntegerToFloat';
  const weights = new Set(node.filter(isProduct).map(({ input }) => input[1]));
  const toUnsigned = (tensor: OnnxTensor): OnnxTensor =>
    weights.has(tensor.name)
      ? { ...tensor, dataType: onnxTypes.uint8, rawData: Uint8Array.from(tensor.rawData ?? [], (byte) => byte ^ 0x80) }
      : tensor;
  const zero = makeTensor('zero_of_unsigned_weights', onnxTypes.uint8, [], Uint8Array.of(0x80));
  return withGraph(model, {
    node: node.map((one) => {
      const [a = '', b = '', ofA = '', ofB = '', zeroOfA = ''] = one.input;
      return isProduct(one) ? { ...one, input: [a, b, ofA, ofB, zeroOfA, zero.name] } : one;
    }),
    initializer: [...initializer.map(toUnsigned), zero],
  });
}

/** Counts the nodes of a type. */
export const countOps = (model: OnnxModel, opType: string): number =>
  model.graph.node.filter((node) => node.opType === opType).length;

/** Asserts that outputs have the same names, types and shapes, and nearly equal elements. */
export function assertNear(got: readonly TensorBytes[], expected: readonly TensorBytes[], what: string): void {
  assert.deepEqual(
    got.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    expected.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    what,
  );
  for (const [index, tensor] of expected.entries()) {
    const [numbers, own] = [numbersOf(tensor), got[index]];
    const others = own === undefined ? [] : numbersOf(own);
    const isNear = numbers.every((number, at) => {
      const other = others[at] ?? 0;
      return Object.is(number, other) || Math.abs(number - other) <= 1e-4 + 1e-3 * Math.abs(number);
    });
    assert.ok(
      isNear,
      `${what}: ${tensor.name} is [${others.slice(0, 5).join()} …], expected [${numbers.slice(0, 5).join()} …]`,
    );
  }
}
