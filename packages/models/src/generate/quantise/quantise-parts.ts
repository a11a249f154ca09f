// The common steps of rewrites that quantise: checks, collecting new nodes and tensors, and removing unused ones.

import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { declined, type Rewrite } from '../../rewrite/generator.js';
import { freshNames, graphsIn, namesUsedBy, withGraph, withoutUnused } from '../../onnx/onnx-graph.js';
import { makeNode, type NodeParts } from '../../onnx/onnx-parts.js';
import { upgradeOpset } from '../../opset/upgrade-opset.js';

/** Domain of ONNX Runtime's own operators. */
export const runtimeDomain = 'com.microsoft';

/** The nodes and tensors that a rewrite collects for the new graph. */
export interface Parts {
  /** Returns an unused name. */
  readonly fresh: (hint: string) => string;
  /** Adds the tensor that `make` creates for an unused name. Returns the name. */
  readonly add: (hint: string, make: (name: string) => OnnxTensor) => string;
  /** Appends a node with one output of an unused name. Returns the name. */
  readonly compute: (opType: string, input: readonly string[], hint: string, parts?: NodeParts) => string;
  /** Appends nodes. */
  readonly emit: (...nodes: readonly OnnxNode[]) => void;
  /** Returns the value that `make` created at the first call with this key. All calls with a key have the same type. */
  readonly once: <T>(key: string, make: () => T) => T;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

function createParts(graph: OnnxGraph): Parts {
  const fresh = freshNames(graph);
  const tensors: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const values = new Map<string, unknown>();
  const emit: Parts['emit'] = (...added) => void nodes.push(...added);
  return {
    ...{ fresh, emit, nodes, tensors },
    add: (hint, make) => {
      const tensor = make(fresh(hint));
      tensors.push(tensor);
      return tensor.name;
    },
    compute: (opType, input, hint, parts) => {
      const output = fresh(hint);
      emit(makeNode(opType, input, [output], parts));
      return output;
    },
    once: <T>(key: string, make: () => T): T => {
      if (!values.has(key)) values.set(key, make());
      return values.get(key) as T;
    },
  };
}

/** Returns the model in opset 13 or later. Declines models that are quantised already. */
export function startQuantising(model: OnnxModel): Rewrite {
  return isQuantised(model) ? declined('it is quantised already') : upgradeOpset(model);
}

const quantisedOp =
  /^(Dynamic)?QuantizeLinear$|^DequantizeLinear$|^QLinear|^QGemm$|Integer(ToFloat)?$|NBits$|^DynamicQuantize/;

const isQuantised = ({ graph }: OnnxModel): boolean => graph.node.some(({ opType }) => quantisedOp.test(opType));

/**
 * Replaces nodes: `replace` adds the new nodes and returns true, or returns false to keep the node. Nodes and
 * initializers that are unused afterwards are removed.
 */
export function replaceNodes(model: OnnxModel, replace: (node: OnnxNode, parts: Parts) => boolean): OnnxModel {
  const parts = createParts(model.graph);
  for (const node of model.graph.node) if (!replace(node, parts)) parts.emit(node);
  const initializer = [...model.graph.initializer, ...parts.tensors];
  return withGraph(model, prune({ ...model.graph, node: parts.nodes, initializer }));
}

const prune = (graph: OnnxGraph): OnnxGraph => withoutUnused(withoutUnusedNodes(graph));

/** Removes nodes whose outputs are not used. */
function withoutUnusedNodes(graph: OnnxGraph): OnnxGraph {
  const used = new Set(graph.output.map(({ name }) => name));
  const node = graph.node
    .toReversed()
    .filter((candidate) => {
      const isUsed = candidate.output.some((name) => used.has(name));
      if (isUsed) for (const name of namesUsedBy(candidate)) used.add(name);
      return isUsed;
    })
    .toReversed();
  return { ...graph, node };
}

/** Returns the end of a sentence about a part that was not found in a graph: nested graphs are not searched. */
export const reachOf = ({ node }: OnnxGraph): string =>
  node.some((each) => graphsIn(each).length > 0) ? ' outside of its branches and loops' : '';

/** Joins the notes that are not empty. */
export const noteOf = (...notes: readonly string[]): string => notes.filter((note) => note !== '').join('; ');
