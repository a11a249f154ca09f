// Compares what a rewritten model answers with what the model answered before.

import assert from 'node:assert/strict';
import type { TensorBytes } from '@pareto/testkit';
import type { Rewrite } from '../../src/generate/rewrite/generator.js';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import { cosine, numbersOf, runModel } from './run-model.js';

/** Throws when the rewrite was declined. */
export function modelOf(rewrite: Rewrite): OnnxModel {
  if (rewrite.kind === 'made') return rewrite.model;
  throw new Error(rewrite.reason);
}

/** Throws when the rewrite was not declined. */
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
    assert.ok(similarity >= bound, `${tensor.name} is similar by ${similarity}, and not by ${bound}`);
  }
}

/** How many nodes of each type the graph has. */
export const countOps = (model: OnnxModel, opType: string): number =>
  model.graph.node.filter((node) => node.opType === opType).length;
