// Changes the nodes that depend on a fixed batch size so that they accept a batch of any size.

import type { OnnxModel, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { axesOf } from '../../shapes/layout-rules.js';
import { inferShapes } from '../../shapes/infer-shapes.js';
import { fromFront } from '../../shapes/shape.js';
import { changeConcat, changeExpand, changeReshape, changeSizes, changeStates } from './batch-changes.js';
import { batchAxis, growth, type Change, type NodeShapes } from './node-shapes.js';
import { notRewritable, type NotRewritable } from '../../rewrite/generator.js';
import { freshNames, intOf, isOp, withGraph, withoutUnused } from '../../onnx/onnx-graph.js';

interface Batch {
  /** Name of the batch dimension. */
  readonly name: string;
  /** Size that the graph was exported for. */
  readonly size: number;
}

/** Changes the nodes of a graph whose inputs and outputs have the dynamic dimension already. */
export function followBatch(given: OnnxModel, { name, size }: Batch): OnnxModel | NotRewritable {
  const fresh = freshNames(given.graph);
  const built = inferShapes(given, (dim) => (dim === name ? size : undefined));
  let model = given;
  let grown = inferShapes(model, (dim) => (dim === name ? size * growth : undefined));
  for (const node of given.graph.node) {
    const change = changeOf({ node, built, grown, size, fresh });
    if (change === undefined) continue;
    if ('reason' in change) return change;
    model = withChange(model, node, change.nodes, change.initializer);
    grown = inferShapes(model, (dim) => (dim === name ? size * growth : undefined));
  }
  return withGraph(model, withoutUnused(model.graph));
}

function withChange(
  model: OnnxModel,
  node: OnnxNode,
  nodes: readonly OnnxNode[],
  initializer: readonly OnnxTensor[],
): OnnxModel {
  const all = model.graph.node.flatMap((one) => (one === node ? nodes : [one]));
  return withGraph(model, { node: all, initializer: [...model.graph.initializer, ...initializer] });
}

function changeOf(shapes: NodeShapes): Change | NotRewritable | undefined {
  const { node } = shapes;
  if (!isOp(node, node.opType)) return undefined;
  switch (node.opType) {
    case 'Reshape':
      return changeReshape(shapes);
    case 'Resize':
      return changeSizes(shapes);
    case 'Expand':
      return changeExpand(shapes);
    case 'Concat':
      return changeConcat(shapes);
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return changeStates(shapes);
    default:
      return checkBatchKept(shapes);
  }
}

/** Returns the reason if a node removes the axis of the batch. Undefined if it keeps it. */
function checkBatchKept(shapes: NodeShapes): NotRewritable | undefined {
  const { node, built } = shapes;
  const reduces = /^(Reduce|Arg)/.test(node.opType);
  if (!reduces && node.opType !== 'Squeeze') return undefined;
  const axis = batchAxis(shapes, 0);
  const shape = built.shapes.get(node.input[0] ?? '');
  if (axis === undefined || shape === undefined) return undefined;
  const given = node.opType.startsWith('Arg') ? [intOf(node, 'axis', 0)] : axesOf(node, built.knownAt(node), 1);
  const axes = given?.map((one) => fromFront(one, shape.length));
  if (reduces)
    return axes?.includes(axis) === false ? undefined : notRewritable(`${node.opType} reduces the whole batch`);
  const squeezed = axes?.includes(axis) ?? shape[axis] === 1;
  return squeezed ? notRewritable('Squeeze removes the batch, which the graph expects to be 1') : undefined;
}
