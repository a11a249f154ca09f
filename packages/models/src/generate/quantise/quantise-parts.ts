// What every quantising rewrite begins and ends with.

import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { declined, type Rewrite } from '../rewrite/generator.js';
import { freshNames, graphsIn, takenBy, withGraph, withoutUnused } from '../../onnx/onnx-graph.js';
import { makeNode, type NodeParts } from '../../onnx/onnx-parts.js';
import { upgradeOpset } from '../opset/upgrade-opset.js';

/** What a rewrite makes of a graph while it walks through its nodes. */
export interface Parts {
  readonly fresh: (hint: string) => string;
  /** Adds the tensor that is made under a free name, and returns that name. */
  readonly add: (hint: string, make: (name: string) => OnnxTensor) => string;
  /** Adds a node of one output under a free name, after all that were added, and returns that name. */
  readonly compute: (opType: string, input: readonly string[], hint: string, parts?: NodeParts) => string;
  /** Adds nodes after all that were added. */
  readonly emit: (...nodes: readonly OnnxNode[]) => void;
  /** Makes a thing once for each key; the same key is always of the same kind of thing. */
  readonly once: <T>(key: string, make: () => T) => T;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

function createParts(graph: OnnxGraph): Parts {
  const fresh = freshNames(graph);
  const tensors: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const things = new Map<string, unknown>();
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
      if (!things.has(key)) things.set(key, make());
      return things.get(key) as T;
    },
  };
}

/** The model in opset 13 or later; declines what is quantised already. */
export function startQuantising(model: OnnxModel): Rewrite {
  return isQuantised(model) ? declined('it is quantised already') : upgradeOpset(model);
}

const quantisedOp =
  /^(Dynamic)?QuantizeLinear$|^DequantizeLinear$|^QLinear|^QGemm$|Integer(ToFloat)?$|NBits$|^DynamicQuantize/;

const isQuantised = ({ graph }: OnnxModel): boolean => graph.node.some(({ opType }) => quantisedOp.test(opType));

/**
 * The model with every node replaced by what `replace` adds for it; where it adds nothing and says so by `false`, the node stays.
 * What nothing needs any more is left out.
 */
export function replaceNodes(model: OnnxModel, replace: (node: OnnxNode, parts: Parts) => boolean): OnnxModel {
  const parts = createParts(model.graph);
  for (const node of model.graph.node) if (!replace(node, parts)) parts.emit(node);
  const initializer = [...model.graph.initializer, ...parts.tensors];
  return withGraph(model, withoutLeftovers({ ...model.graph, node: parts.nodes, initializer }));
}

const withoutLeftovers = (graph: OnnxGraph): OnnxGraph => withoutUnused(withoutIdle(graph));

/** Without nodes whose outputs nothing takes. */
function withoutIdle(graph: OnnxGraph): OnnxGraph {
  const taken = new Set(graph.output.map(({ name }) => name));
  const node = graph.node
    .toReversed()
    .filter((candidate) => {
      const used = candidate.output.some((name) => taken.has(name));
      if (used) for (const name of takenBy(candidate)) taken.add(name);
      return used;
    })
    .toReversed();
  return { ...graph, node };
}

/** Ends a sentence on what a graph doesn't have: graphs within it are not looked at. */
export const reachOf = ({ node }: OnnxGraph): string =>
  node.some((each) => graphsIn(each).length > 0) ? ' outside of its branches and loops' : '';

/** One sentence of several remarks. */
export const noteOf = (...notes: readonly string[]): string => notes.filter((note) => note !== '').join('; ');
