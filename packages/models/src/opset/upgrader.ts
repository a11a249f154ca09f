// Defines how one operator is upgraded to a later opset.

import type { OnnxNode, OnnxTensor } from '../onnx/onnx.js';
import { intsOf, withoutAttributes } from '../onnx/onnx-graph.js';
import { int64Tensor } from '../onnx/onnx-parts.js';
import type { NotRewritable } from '../rewrite/generator.js';

export interface UpgradeContext {
  /** Opset of the model. */
  readonly from: number;
  /** Constants of the node's own graph. */
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Adds an initializer and returns its name. */
  readonly constant: (tensor: OnnxTensor) => string;
  /** Creates an unused name. */
  readonly name: (hint: string) => string;
  /** Returns the number of dimensions of a tensor, or undefined if it is unknown. */
  readonly rankOf: (name: string) => number | undefined;
  /** Float type of the model. Undefined if it has several. */
  readonly floatType: number | undefined;
}

export type Upgraded = readonly OnnxNode[] | NotRewritable;

export interface Upgrader {
  /** First opset in which the operator has the form that `apply` returns. */
  readonly since: number;
  readonly apply: (node: OnnxNode, context: UpgradeContext) => Upgraded;
}

export const inputOf = (node: OnnxNode, index: number): string => node.input[index] ?? '';

/** Adds a vector of integers, named after the node's output. */
export const integers = (
  node: OnnxNode,
  what: string,
  values: readonly number[],
  { constant, name }: UpgradeContext,
): string => constant(int64Tensor(name(`${node.output[0] ?? ''}_${what}`), values));

/** Moves an attribute (`axes`, `split`, `pads`) to the input at `index`. */
export function attributeToInput(attribute: string, index: number): Upgrader['apply'] {
  return (node, context) => {
    const values = intsOf(node, attribute);
    if (values === undefined) return [node];
    const input = [...node.input, ...Array<string>(index).fill('')].slice(0, index);
    return [{ ...withoutAttributes(node, attribute), input: [...input, integers(node, attribute, values, context)] }];
  };
}
