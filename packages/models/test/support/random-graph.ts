// Builds models with random numbers, for tests.

import { createSeededRng } from '@pareto/core';
import type { TensorBytes } from '@pareto/testkit';
import {
  floatTensor,
  intsAttribute,
  makeNode,
  makeValue,
  tensorAttribute,
  type NodeParts,
} from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import { floatInput } from './run-model.js';
import { makeModel } from './make-model.js';

/** The forms in which a model can have a constant matrix. */
export const constantForms = ['initializer', 'node', 'identity', 'transpose'] as const;
type ConstantForm = (typeof constantForms)[number];

export interface RandomGraph {
  readonly inputs: readonly TensorBytes[];
  readonly numbers: (count: number) => number[];
  readonly input: (name: string, dims: readonly number[]) => string;
  readonly constant: (name: string, dims: readonly number[], form?: ConstantForm) => string;
  /** Adds a constant with these values. */
  readonly given: (name: string, dims: readonly number[], values: readonly number[]) => string;
  /** Adds a node with one output, and returns the output's name. */
  readonly node: (opType: string, input: readonly string[], output: string, parts?: NodeParts) => string;
  readonly model: (...outputs: readonly string[]) => OnnxModel;
}

export function createRandomGraph(seed: number): RandomGraph {
  const random = createSeededRng(seed);
  const nodes: OnnxNode[] = [];
  const initializer: OnnxTensor[] = [];
  const inputs: TensorBytes[] = [];
  const numbers = (count: number): number[] => Array.from({ length: count }, () => random() * 2 - 1);
  const fill = (dims: readonly number[]): number[] => numbers(dims.reduce((total, dim) => total * dim, 1));
  const node: RandomGraph['node'] = (opType, input, output, parts) => {
    nodes.push(makeNode(opType, input, [output], parts));
    return output;
  };
  const given: RandomGraph['given'] = (name, dims, values) => {
    initializer.push(floatTensor(name, dims, values));
    return name;
  };
  const weights = (name: string, dims: readonly number[]): string => given(name, dims, fill(dims));
  return {
    ...{ inputs, numbers, given, node },
    input: (name, dims) => {
      inputs.push(floatInput(name, dims, fill(dims)));
      return name;
    },
    constant: (name, dims, form = 'initializer') => {
      if (form === 'initializer') return weights(name, dims);
      if (form === 'identity') return node('Identity', [weights(`${name}_source`, dims)], name);
      if (form === 'transpose') {
        const attribute = [intsAttribute('perm', [1, 0])];
        return node('Transpose', [weights(`${name}_source`, dims.toReversed())], name, { attribute });
      }
      return node('Constant', [], name, { attribute: [tensorAttribute('value', floatTensor('', dims, fill(dims)))] });
    },
    model: (...outputs) =>
      makeModel({
        ...{ node: nodes, initializer },
        input: inputs.map(({ name, shape }) => makeValue(name, onnxTypes.float, shape)),
        output: outputs.map((name) => makeValue(name, onnxTypes.float)),
      }),
  };
}
