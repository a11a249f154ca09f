// Moves activations directly after the operators that compute, where 8-bit rounding replaces them.

import type { OnnxGraph, OnnxModel, OnnxNode } from '../../onnx/onnx.js';
import { constantsOf, isOp, withGraph } from '../../onnx/onnx-graph.js';
import { isCutOff } from './quantise-chains.js';
import { followersOf } from './quantise-followers.js';

/** Operators that only select or move elements, so that an activation may come before or after. */
const selecting = ['MaxPool', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose'];

/**
 * Moves activations before the pooling and reshaping that they follow, repeatedly, so that they follow operators that
 * compute.
 */
export function hoistActivations(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const swaps = swapsOf(graph);
  if (swaps.size === 0) return model;
  const moved = new Set([...swaps.values()].map(({ first }) => first));
  const node = graph.node.flatMap((old) => (moved.has(old) ? [] : swapped(old, swaps.get(old))));
  // The declared shapes of the tensors in between are wrong after a swap.
  const stale = new Set([...moved].flatMap(({ output }) => output));
  const valueInfo = graph.valueInfo.filter(({ name }) => !stale.has(name));
  return hoistActivations(withGraph(model, { node, valueInfo }));
}

interface Swap {
  readonly first: OnnxNode;
}

/** Returns the activations to swap, each with the node that it follows. */
function swapsOf(graph: OnnxGraph): ReadonlyMap<OnnxNode, Swap> {
  const constants = constantsOf(graph);
  const followers = followersOf(graph);
  const swaps = new Map<OnnxNode, Swap>();
  for (const first of graph.node) {
    const second = followers.get(first.output[0] ?? '');
    const selects = isOp(first, ...selecting) && first.output.length === 1;
    if (selects && second !== undefined && isCutOff(second, constants)) swaps.set(second, { first });
  }
  return swaps;
}

/** Returns both nodes, swapped, at the position of the second, where the inputs of both are available. */
function swapped(second: OnnxNode, swap: Swap | undefined): readonly OnnxNode[] {
  if (swap === undefined) return [second];
  const { first } = swap;
  const [from = '', ...others] = first.input;
  const [between = ''] = first.output;
  return [
    { ...second, input: [from, ...second.input.slice(1)], output: [between] },
    { ...first, input: [between, ...others], output: second.output },
  ];
}
