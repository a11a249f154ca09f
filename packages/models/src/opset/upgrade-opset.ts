// Upgrades a model to a later opset: old ones to the oldest that ONNX Runtime runs, and others to the first with all
// operators that quantised graphs need.

import { tensorsOf } from '../onnx/onnx-codec.js';
import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../onnx/onnx.js';
import { inferShapes } from '../shapes/infer-shapes.js';
import { declined, made, type NotRewritable, type Rewrite } from '../rewrite/generator.js';
import { constantsOf, freshNames, isOp, nodesIn, opsetOf, withOpset } from '../onnx/onnx-graph.js';
import { unchangedOperators, upgradersTo6, upgradersTo7 } from './upgrade-old-nodes.js';
import { upgraders } from './upgrade-nodes.js';
import type { UpgradeContext, Upgrader } from './upgrader.js';

interface Stage {
  readonly to: number;
  readonly upgraders: ReadonlyMap<string, Upgrader>;
  /** IR version of the opset. ONNX Runtime also reads later ones. */
  readonly irVersion: number;
}

const stages: readonly Stage[] = [
  { to: 6, upgraders: upgradersTo6, irVersion: 3 },
  { to: 7, upgraders: upgradersTo7, irVersion: 3 },
  { to: 13, upgraders, irVersion: 7 },
];

/** The oldest opset that ONNX Runtime runs completely, and the one that generators need. */
const [oldest, target] = [7, 13];

/**
 * Returns the model unchanged if its opset is 13 or later, otherwise the same computation in opset 13. Declines if an
 * operator changed in a way that is not handled.
 */
export function upgradeOpset(model: OnnxModel): Rewrite {
  const from = opsetOf(model);
  if (from >= target) return made(model, '');
  if (from === 0) return declined('it has no operators of ONNX itself');
  return upgrade(model, target);
}

/**
 * Returns the opset of a model with operators in a form that ONNX Runtime no longer has. Undefined if it runs the model
 * as it is.
 */
export function outdatedOpset(model: OnnxModel): number | undefined {
  const from = opsetOf(model);
  if (from === 0 || from >= oldest) return undefined;
  const isOutdated = (node: OnnxNode): boolean =>
    isOp(node, node.opType) && !unchangedOperators.has(node.opType) && sinceOf(node) > from;
  return [...nodesIn(model.graph.node)].some(isOutdated) ? from : undefined;
}

/** Returns the first opset with the form of an operator that ONNX Runtime runs. Infinite for an unknown operator. */
const sinceOf = ({ opType }: OnnxNode): number =>
  (upgradersTo7.get(opType) ?? upgradersTo6.get(opType))?.since ?? Number.POSITIVE_INFINITY;

/** Upgrades a model with an outdated opset to one that ONNX Runtime runs. Declines as `upgradeOpset` does. */
export function upgradeOutdated(model: OnnxModel): Rewrite {
  const from = opsetOf(model);
  const unknown = [...nodesIn(model.graph.node)].find(
    (node) => isOp(node, node.opType) && !unchangedOperators.has(node.opType) && !Number.isFinite(sinceOf(node)),
  );
  if (unknown !== undefined) return declined(`ONNX Runtime has no operator ${unknown.opType} of opset ${from}`);
  const upgraded = upgrade(model, oldest);
  if (upgraded.kind === 'declined') return upgraded;
  const wrong = wrongOutput(upgraded.model);
  return wrong === undefined ? upgraded : declined(`from opset ${from} to ${oldest}: its output ${wrong}`);
}

/** Returns an output whose shape would not be the declared one. Undefined if there is none. */
function wrongOutput({ graph, ...model }: OnnxModel): string | undefined {
  const { shapes } = inferShapes({
    ...model,
    graph: { ...graph, output: graph.output.map(({ type: _, ...value }) => value), valueInfo: [] },
  });
  for (const { name, type } of graph.output) {
    const [inferred, declared] = [shapes.get(name), type?.tensorType?.shape?.dim];
    if (inferred === undefined || declared === undefined) continue;
    const fits = inferred.every((size, index) => {
      const { dimValue = 0 } = declared[index] ?? {};
      return size === undefined || dimValue <= 0 || size === dimValue;
    });
    if (!fits || inferred.length !== declared.length)
      return `${JSON.stringify(name)} would have the shape [${inferred.map((size) => size ?? '?').join(', ')}]`;
  }
  return undefined;
}

/** Upgrades a model stage by stage. */
function upgrade(model: OnnxModel, to: number): Rewrite {
  const from = opsetOf(model);
  if (model.functions.length > 0) return declined(`it has model-local functions in opset ${from}`);
  let upgraded = model;
  for (const stage of stages) {
    if (stage.to > to || stage.to <= from) continue;
    const next = upgradeStage(upgraded, stage);
    if ('reason' in next) return declined(`from opset ${from} to ${to}: ${next.reason}`);
    upgraded = next;
  }
  return made(upgraded, `upgraded from opset ${from} to ${to}`);
}

function upgradeStage(model: OnnxModel, { to, upgraders: table, irVersion }: Stage): OnnxModel | NotRewritable {
  const { shapes } = inferShapes(model);
  const rankOf = (name: string): number | undefined => shapes.get(name)?.length;
  const from = opsetOf(model);
  const context = { from, table, name: freshNames(model.graph), rankOf, floatType: floatTypeOf(model) };
  const graph = upgradeGraph(model.graph, context);
  if ('reason' in graph) return graph;
  return withOpset({ ...model, graph, irVersion: Math.max(model.irVersion, irVersion) }, '', to);
}

interface Context extends Pick<UpgradeContext, 'from' | 'name' | 'rankOf' | 'floatType'> {
  readonly table: Stage['upgraders'];
}

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

function upgradeNode(node: OnnxNode, context: UpgradeContext & Context): readonly OnnxNode[] | NotRewritable {
  const attribute: OnnxAttribute[] = [];
  for (const one of node.attribute) {
    const g = one.g === undefined ? undefined : upgradeGraph(one.g, context);
    if (g !== undefined && 'reason' in g) return g;
    attribute.push(g === undefined ? one : { ...one, g });
  }
  const inner = { ...node, attribute };
  const upgrader = isOp(node, node.opType) ? context.table.get(node.opType) : undefined;
  return upgrader === undefined || context.from >= upgrader.since ? [inner] : upgrader.apply(inner, context);
}

const floatTypes: readonly number[] = [onnxTypes.float, onnxTypes.float16, onnxTypes.double, onnxTypes.bfloat16];

/** Returns the float type of the model. Undefined if it has several. */
function floatTypeOf(model: OnnxModel): number | undefined {
  const inputs = model.graph.input.map(({ type }) => type?.tensorType?.elemType);
  const all = [...inputs, ...[...tensorsOf(model)].map(({ dataType }) => dataType)];
  const [only = onnxTypes.float, ...others] = floatTypes.filter((type) => all.includes(type));
  return others.length === 0 ? only : undefined;
}
