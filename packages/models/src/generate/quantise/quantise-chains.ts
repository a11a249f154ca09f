// What follows a node that computes in 8 bits and costs nothing there: it only cuts off, or scales, what its numbers stand for.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { constantsOf, isOp } from '../../onnx/onnx-graph.js';
import { followersOf } from './quantise-followers.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

export interface Chain {
  /** From the first follower on; empty when there is none. */
  readonly nodes: readonly OnnxNode[];
  /** What the last one gives, or the node itself. */
  readonly output: string;
  /** What everything is times at the end. */
  readonly factor: number;
}

/** The chains that begin with the outputs of a graph's nodes. Each follower is the only one to take what it takes. */
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

/** Relu, and Clip from zero up: 8-bit numbers that stand for nothing below zero, and nothing above the greatest seen, do that. */
export function isCutOff(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): boolean {
  if (isOp(node, 'Relu')) return true;
  return isOp(node, 'Clip') && scalarOf(constants.get(node.input[1] ?? '')) === 0;
}

/** By how much the node multiplies what it takes as `from`, if it does nothing else and that is more than zero. */
function scalingOf(node: OnnxNode, from: string, constants: ReadonlyMap<string, OnnxTensor>): number | undefined {
  const [first = '', second = ''] = node.input;
  const isDivision = isOp(node, 'Div') && first === from;
  if (!isDivision && !isOp(node, 'Mul')) return undefined;
  const value = scalarOf(constants.get(first === from ? second : first));
  const factor = isDivision && value !== undefined ? 1 / value : value;
  return factor !== undefined && factor > 0 && Number.isFinite(factor) ? factor : undefined;
}

/** The one float of a tensor that is no more than a vector. */
function scalarOf(tensor: OnnxTensor | undefined): number | undefined {
  if (tensor?.dataType !== onnxTypes.float || tensor.dims.length > 1) return undefined;
  const values = floatsOf(tensor);
  return values?.length === 1 ? values[0] : undefined;
}
