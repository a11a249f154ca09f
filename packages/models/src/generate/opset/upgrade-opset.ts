// Upgrades a model to opset 13, the first with all operators that quantised graphs need.

import { tensorsOf } from '../../onnx/onnx-codec.js';
import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { inferShapes } from '../../shapes/infer-shapes.js';
import { declined, made, type NotRewritable, type Rewrite } from '../rewrite/generator.js';
import { constantsOf, freshNames, isOp, opsetOf, withOpset } from '../../onnx/onnx-graph.js';
import { upgraders, type UpgradeContext } from './upgrade-nodes.js';

const target = 13;
const minOpset = 7;
/** IR version of opset 13. ONNX Runtime also reads later ones. */
const minIrVersion = 7;

/**
 * Returns the model unchanged if its opset is 13 or later, otherwise the same computation in opset 13. Declines if an
 * operator changed in a way that is not handled.
 */
export function upgradeOpset(model: OnnxModel): Rewrite {
  const from = opsetOf(model);
  if (from >= target) return made(model, '');
  if (from < minOpset) return declined(`its opset is ${from}: expected ${minOpset} or later`);
  if (model.functions.length > 0) return declined(`it has model-local functions in opset ${from}`);
  const { shapes } = inferShapes(model);
  const rankOf = (name: string): number | undefined => shapes.get(name)?.length;
  const context = { from, name: freshNames(model.graph), rankOf, floatType: floatTypeOf(model) };
  const graph = upgradeGraph(model.graph, context);
  if ('reason' in graph) return declined(`from opset ${from} to ${target}: ${graph.reason}`);
  const upgraded = { ...model, graph, irVersion: Math.max(model.irVersion, minIrVersion) };
  return made(withOpset(upgraded, '', target), `upgraded from opset ${from} to ${target}`);
}

type Context = Pick<UpgradeContext, 'from' | 'name' | 'rankOf' | 'floatType'>;

function upgradeGraph(graph: OnnxGraph, context: Context): OnnxGraph | NotRewritable {
  const added: OnnxTensor[] = [];
  const constants = constantsOf(graph);
  const constant = (tensor: OnnxTensor): string => (added.push(tensor), tensor.name);
  const nodes: OnnxNode[] = [];
  for (const node of graph.node) {
    const upgraded = upgradeNode(node, { ...context, constant, constants });
    if ('reason' in upgraded) return upgraded;
    nodes.push(...upgraded);
  }
  return { ...graph, node: nodes, initializer: [...graph.initializer, ...added] };
}

function upgradeNode(node: OnnxNode, context: UpgradeContext): readonly OnnxNode[] | NotRewritable {
  const attribute: OnnxAttribute[] = [];
  for (const one of node.attribute) {
    const g = one.g === undefined ? undefined : upgradeGraph(one.g, context);
    if (g !== undefined && 'reason' in g) return g;
    attribute.push(g === undefined ? one : { ...one, g });
  }
  const inner = { ...node, attribute };
  const upgrade = isOp(node, node.opType) ? upgraders.get(node.opType) : undefined;
  return upgrade === undefined || context.from >= upgrade.since ? [inner] : upgrade.apply(inner, context);
}

const floatTypes: readonly number[] = [onnxTypes.float, onnxTypes.float16, onnxTypes.double, onnxTypes.bfloat16];

/** Returns the float type of the model. Undefined if it has several. */
function floatTypeOf(model: OnnxModel): number | undefined {
  const inputs = model.graph.input.map(({ type }) => type?.tensorType?.elemType);
  const all = [...inputs, ...[...tensorsOf(model)].map(({ dataType }) => dataType)];
  const [only = onnxTypes.float, ...others] = floatTypes.filter((type) => all.includes(type));
  return others.length === 0 ? only : undefined;
}
