// Who alone takes a tensor: what comes next, and can be made one with what came before.

import type { OnnxGraph, OnnxNode } from '../../onnx/onnx.js';
import { consumersOf } from '../../onnx/onnx-graph.js';

/** The one node that takes each tensor; those that several take, or that the graph gives, are left out. */
export function followersOf(graph: OnnxGraph): ReadonlyMap<string, OnnxNode> {
  const given = new Set(graph.output.map(({ name }) => name));
  const followers = new Map<string, OnnxNode>();
  for (const [name, [only, ...others]] of consumersOf(graph)) {
    if (only !== undefined && others.length === 0 && !given.has(name)) followers.set(name, only);
  }
  return followers;
}
