// Finds the single consumers of tensors, which can be fused with the node before them.

import type { OnnxGraph, OnnxNode } from '../../onnx/onnx.js';
import { consumersOf } from '../../onnx/onnx-graph.js';

/** Returns the consumer of each tensor that has only one and is not an output of the graph. */
export function followersOf(graph: OnnxGraph): ReadonlyMap<string, OnnxNode> {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const followers = new Map<string, OnnxNode>();
  for (const [name, [only, ...others]] of consumersOf(graph)) {
    if (only !== undefined && others.length === 0 && !outputs.has(name)) followers.set(name, only);
  }
  return followers;
}
