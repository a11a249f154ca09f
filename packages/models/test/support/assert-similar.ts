// Compares the outputs of a rewritten model with those of the original, for tests.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { TensorBytes } from '@pareto/testkit';
import type { Rewrite } from '../../src/generate/rewrite/generator.js';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
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

export async function assertSimilar(
  was: OnnxModel,
  is: OnnxModel,
  inputs: readonly TensorBytes[],
  bound: number,
): Promise<void> {
  const [before, after] = [await runModel(encodeOnnx(was), inputs), await runModel(encodeOnnx(is), inputs)];
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
 * Products of 8-bit numbers saturate on this CPU: without VNNI, ONNX Runtime on x64 adds them in pairs in 16 bits. Random
 * weights, which use the whole range, lose much more by this than trained ones.
 */
const saturates =
  process.arch === 'x64' && existsSync('/proc/cpuinfo') && !readFileSync('/proc/cpuinfo', 'utf8').includes('vnni');

/** Returns the bound for a model with random weights whose products are computed in 8 bits. */
export const eightBitBound = (bound: number): number => (saturates ? 0.8 : bound);

/** Counts the nodes of a type. */
export const countOps = (model: OnnxModel, opType: string): number =>
  model.graph.node.filter((node) => node.opType === opType).length;
