// Puts activations right behind what computes, where 8-bit numbers do their work.

import type { OnnxGraph, OnnxModel, OnnxNode } from '../../onnx/onnx.js';
import { constantsOf, isOp, withGraph } from '../../onnx/onnx-graph.js';
import { isCutOff } from './quantise-chains.js';
import { followersOf } from './quantise-followers.js';

/** Ops that only choose among what they take, or move it: it makes no difference whether it is cut off before or after. */
const choosing = ['MaxPool', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose'];

/** Puts activations before the pooling and reshaping that they follow, so that they follow what computes. */
export function hoistActivations(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const swaps = swapsOf(graph);
  if (swaps.size === 0) return model;
  const moved = new Set([...swaps.values()].map(({ first }) => first));
  const node = graph.node.flatMap((old) => (moved.has(old) ? [] : swapped(old, swaps.get(old))));
  // What the model says of the shapes in between holds no longer.
  const stale = new Set([...moved].flatMap(({ output }) => output));
  const valueInfo = graph.valueInfo.filter(({ name }) => !stale.has(name));
  return hoistActivations(withGraph(model, { node, valueInfo }));
}

interface Swap {
  readonly first: OnnxNode;
}

/** The activations to swap with what they follow. */
function swapsOf(graph: OnnxGraph): ReadonlyMap<OnnxNode, Swap> {
  const constants = constantsOf(graph);
  const followers = followersOf(graph);
  const swaps = new Map<OnnxNode, Swap>();
  for (const first of graph.node) {
    const second = followers.get(first.output[0] ?? '');
    const isChoice = isOp(first, ...choosing) && first.output.length === 1;
    if (isChoice && second !== undefined && isCutOff(second, constants)) swaps.set(second, { first });
  }
  return swaps;
}

/** Both in the place of the second, where all that either takes is there. */
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
