// Finds the nodes after an 8-bit node that can be merged into it at no cost, because they only clip or scale the values
// of the 8-bit numbers.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { constantsOf, isOp } from '../../onnx/onnx-graph.js';
import { followersOf } from './quantise-followers.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

export interface Chain {
  /** The followers in order. */
  readonly nodes: readonly OnnxNode[];
  /** Output of the last follower, or of the node itself. */
  readonly output: string;
  /** Product of all scalings in the chain. */
  readonly factor: number;
}

/** Returns a function from a node to its chain. Each follower is the only consumer of its input. */
export function chainsOf(graph: OnnxGraph): (node: OnnxNode) => Chain {
  const constants = constantsOf(graph);
  const followers = followersOf(graph);
  const extend = (chain: Chain): Chain => {
    const next = followers.get(chain.output);
    if (next === undefined) return chain;
    const factor = isCutOff(next, constants) ? 1 : scalingOf(next, chain.output, constants);
    if (factor === undefined) return chain;
    const [output = ''] = next.output;
    return extend({ nodes: [...chain.nodes, next], output, factor: chain.factor * factor });
  };
  return (node) => extend({ nodes: [], output: node.output[0] ?? '', factor: 1 });
}

/**
 * Returns true for Relu and for Clip from zero. 8-bit numbers for the calibrated range from zero clip in the same way.
 */
export function isCutOff(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): boolean {
  if (isOp(node, 'Relu')) return true;
  return isOp(node, 'Clip') && scalarOf(constants.get(node.input[1] ?? '')) === 0;
}

/**
 * Returns the factor by which the node multiplies `from`. Undefined if it is not positive, or if the node does anything
 * else.
 */
function scalingOf(node: OnnxNode, from: string, constants: ReadonlyMap<string, OnnxTensor>): number | undefined {
  const [first = '', second = ''] = node.input;
  const isDivision = isOp(node, 'Div') && first === from;
  if (!isDivision && !isOp(node, 'Mul')) return undefined;
  const value = scalarOf(constants.get(first === from ? second : first));
  const factor = isDivision && value !== undefined ? 1 / value : value;
  return factor !== undefined && factor > 0 && Number.isFinite(factor) ? factor : undefined;
}

/** Returns the only float of a scalar or vector. Undefined for other tensors. */
function scalarOf(tensor: OnnxTensor | undefined): number | undefined {
  if (tensor?.dataType !== onnxTypes.float || tensor.dims.length > 1) return undefined;
  const values = floatsOf(tensor);
  return values?.length === 1 ? values[0] : undefined;
}
