// Walks the nodes of a graph in order and finds out how each tensor depends on the items of the batch.

import { cutText } from '@pareto/core';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../onnx/onnx.js';
import { attributeOf, constantOf, graphsIn, isOp, namesUsedBy, nodesIn, opsetOf } from '../onnx/onnx-graph.js';
import { elementsOf, onnxTypes } from '../onnx/onnx-tensor-data.js';
import { integersOf } from '../onnx/onnx-tensor-values.js';
import { computedValues } from './rules/computed-values.js';
import { fold } from './rules/fold.js';
import { rowRules } from './rules/row-rules.js';
import { fixed, isFree, isSame, numberOf, type Length, type Unknowns } from './state/length.js';
import { labelOf, lost, rowsOf, valuesAt, type NodeView } from './state/node-view.js';
import { isLost, sameItems, unknown, type Constant, type Lost, type RowState } from './state/row-state.js';

export interface Walk {
  /** Version of ONNX's operator set. */
  readonly opset: number;
  readonly functions: ReadonlyMap<string, OnnxFunction>;
  readonly unknowns: Unknowns;
  /**
   * Number of parts that may still be visited: of nodes, of the shapes and values of their inputs, and of branches and
   * functions each time they are used.
   */
  budget: number;
}

/** The tensors of a graph. Those of the graph around it are in `outer`. */
export interface Scope {
  readonly states: Map<string, RowState>;
  readonly constants: Map<string, OnnxTensor>;
  readonly outer?: Scope;
}

const maxListLength = 64;
const maxDepth = 32;

export function createScope(outer?: Scope): Scope {
  return { states: new Map(), constants: new Map(), ...(outer === undefined ? {} : { outer }) };
}

export function stateIn(scope: Scope, name: string): RowState {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const state = at.states.get(name);
    if (state !== undefined) return state;
  }
  return unknown(`no node computes ${JSON.stringify(cutText(name))} before it is used`);
}

function constantIn(scope: Scope, name: string): OnnxTensor | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer)
    if (at.states.has(name)) return at.constants.get(name);
  return undefined;
}

/** Adds the initializers of a graph and walks its nodes. */
export function walkGraph(walk: Walk, graph: OnnxGraph, scope: Scope, depth = 0): void {
  for (const tensor of graph.initializer) addConstant(scope, tensor.name, tensor);
  for (const { values, dims } of graph.sparseInitializer)
    scope.states.set(values?.name ?? '', { kind: 'constant', dims: dims.map(fixed), values: undefined });
  walkNodes(walk, graph.node, scope, depth);
}

/** Walks nodes in order. `given` are the attributes of the function to which they belong. */
function walkNodes(walk: Walk, nodes: readonly OnnxNode[], scope: Scope, depth: number, given?: Attributes): void {
  for (const own of nodes) {
    const node = given === undefined || walk.budget < 0 ? own : withAttributes(own, given);
    if (walk.budget >= 0) walk.budget -= partsOf(node);
    const constant = walk.budget < 0 ? undefined : constantOf(node);
    if (constant !== undefined) {
      addConstant(scope, node.output[0] ?? '', constant);
      continue;
    }
    const states = statesOf(walk, node, scope, depth);
    for (const [index, name] of node.output.entries())
      if (name !== '')
        scope.states.set(name, states[index] ?? unknown(`output ${index} of ${labelOf(node)} is not analysed`));
  }
}

function addConstant(scope: Scope, name: string, tensor: OnnxTensor): void {
  const listed = tensor.dims.length <= 1 && elementsOf(tensor.dims) <= maxListLength;
  const state: Constant = {
    kind: 'constant',
    dims: tensor.dims.map(fixed),
    values: listed ? integersOf(tensor)?.map(fixed) : undefined,
    wide: tensor.dataType === onnxTypes.int64,
  };
  scope.states.set(name, state);
  scope.constants.set(name, tensor);
}

/** Operators whose outputs differ in each run. */
const random = ['Bernoulli', 'Multinomial', 'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike'];

/** Operators whose inputs from the given index on are shapes and limits, not data. All other inputs are data. */
const shapeInputs: ReadonlyMap<string, number> = new Map([
  ...['Expand', 'OneHot', 'Pad', 'Reshape', 'Resize', 'Slice', 'Split', 'Squeeze', 'Tile', 'TopK', 'Unsqueeze'].map(
    (type) => [type, 1] as const,
  ),
  ['ConstantOfShape', 0],
  ['Range', 0],
]);

const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

function statesOf(walk: Walk, node: OnnxNode, scope: Scope, depth: number): readonly RowState[] {
  const view: NodeView = {
    node,
    opset: walk.opset,
    inputs: node.input.map((name) => (name === '' ? undefined : stateIn(scope, name))),
    constant: (index) => constantIn(scope, node.input[index] ?? ''),
    unknowns: walk.unknowns,
  };
  const all = (state: Lost): readonly RowState[] => node.output.map(() => state);
  for (const state of view.inputs) walk.budget -= state === undefined ? 0 : sizeOf(state);
  if (walk.budget < 0 || depth > maxDepth) return all(unknown('the graph has too many nodes'));
  const own = walk.functions.get(functionKey(node));
  if (own !== undefined && builtIn.test(node.domain))
    return all(lost(view, 'is a function with the domain of built-in operators')[0]);
  if (own !== undefined) return called(walk, own, view, depth);
  if (graphsIn(node).length > 0) return branched(walk, view, scope, depth);
  return plainStates(view) ?? all(unknown(`${labelOf(node)} is not known to keep the items of a batch apart`));
}

/** Domains of operators that ONNX Runtime may run instead of a function of the same name. */
const builtIn = /^$|^(?:ai\.onnx|com\.microsoft)(?:\.|$)/;

/** Returns the number of parts of a node: its inputs, outputs and attributes, with their elements and nested nodes. */
function partsOf({ input, output, attribute }: OnnxNode): number {
  let parts = 1 + input.length + output.length;
  for (const { ints, floats, strings, s, g, graphs } of attribute) {
    parts += 1 + ints.length + floats.length + strings.length + (s?.length ?? 0);
    for (const graph of g === undefined ? graphs : [g, ...graphs]) {
      parts += graph.initializer.length + graph.sparseInitializer.length + graph.input.length + graph.output.length;
      for (const node of graph.node) parts += partsOf(node);
    }
  }
  return parts;
}

const sizeOf = (state: RowState): number =>
  isLost(state) ? 0 : (state.dims?.length ?? 0) + (state.kind === 'rows' ? 0 : (state.values?.length ?? 0));

/** Returns the states of a node without nested graphs. Undefined for unknown operators. */
function plainStates(view: NodeView): readonly RowState[] | undefined {
  const { node, inputs } = view;
  const all = (state: Lost): readonly RowState[] => node.output.map(() => state);
  if (isOp(node, ...random)) return all(lost(view, 'is random')[0]);
  if (isOp(node, 'Shape', 'Size')) return [shapeState(view)];
  const bad = inputs.find((state) => state?.kind === 'unknown') ?? inputs.find(isLost);
  if (bad?.kind === 'unknown') return all(bad);
  const dependent = inputs.some((state) => state !== undefined && state.kind !== 'constant' && state.kind !== 'size');
  if (!dependent) return fold(view);
  const domain = domainOf(node.domain);
  const shapesFrom = shapeInputs.get(node.opType) ?? Infinity;
  if (!isLost(bad) && inputs.some((state, index) => index < shapesFrom && state?.kind === 'size'))
    return all(lost(view, 'computes with the number of items in the batch')[0]);
  const rule = rowRules.get(domain === '' ? node.opType : `${domain}:${node.opType}`);
  if (rule === undefined)
    return isOp(node, 'ConstantOfShape', 'Range')
      ? all(lost(view, 'has a shape that depends on the input')[0])
      : undefined;
  if (!isLost(bad)) {
    const states = rule(view);
    const [first] = states;
    return states.length === 1 && isLost(first) ? all(first) : states;
  }
  const asShape = inputs.some((state, index) => index >= shapesFrom && isLost(state));
  return all(asShape ? lost(view, 'has a shape that depends on several items')[0] : bad);
}

/** Returns the state of a shape: a constant if it does not depend on the number of items. */
function shapeState(view: NodeView): RowState {
  const [input] = view.inputs;
  if (input === undefined || input.kind === 'unknown') return input ?? lost(view, 'has no input')[0];
  // Operators that combine items have shapes that depend on the shapes of their inputs only.
  if (input.kind === 'mixed') return { kind: 'size', dims: undefined, values: undefined };
  const values = computedValues(view);
  const free = input.kind === 'constant' || values?.every(isFree) === true;
  const rank = isOp(view.node, 'Size') ? [] : values === undefined ? undefined : [fixed(values.length)];
  return { kind: free ? 'constant' : 'size', dims: rank, values, wide: true };
}

const functionKey = ({ domain, opType, overload }: Pick<OnnxNode, 'domain' | 'opType' | 'overload'>): string =>
  `${domainOf(domain)}:${opType}:${overload}`;

export const functionsOf = (model: OnnxModel): ReadonlyMap<string, OnnxFunction> =>
  new Map(model.functions.map((own) => [functionKey({ ...own, opType: own.name }), own]));

/** Walks the body of a function with the inputs of the call. */
function called(walk: Walk, own: OnnxFunction, { node, inputs }: NodeView, depth: number): readonly RowState[] {
  if (opsetOf({ opsetImport: own.opsetImport }) !== walk.opset)
    return node.output.map(() => unknown(`function ${labelOf(node)} has another operator set`));
  const scope = createScope();
  for (const [index, name] of own.input.entries()) {
    const state = inputs[index];
    if (state !== undefined) scope.states.set(name, state);
  }
  const given = new Map([...own.attributeProto, ...node.attribute].map((attribute) => [attribute.name, attribute]));
  walk.budget -= own.input.length + own.output.length + own.attributeProto.length + own.opsetImport.length;
  walkNodes(walk, own.node, scope, depth + 1, given);
  return own.output.map((name) => stateIn(scope, name));
}

type Attributes = ReadonlyMap<string, OnnxAttribute>;

/** Replaces references to the attributes of a function by their values, in nested graphs too. */
const withAttributes = (node: OnnxNode, given: Attributes): OnnxNode => ({
  ...node,
  attribute: node.attribute.flatMap((attribute) => {
    if (attribute.refAttrName === '') return [withInner(attribute, given)];
    const value = given.get(attribute.refAttrName);
    return value === undefined ? [] : [{ ...value, name: attribute.name }];
  }),
});

function withInner(attribute: OnnxAttribute, given: Attributes): OnnxAttribute {
  const { g, graphs } = attribute;
  if (g === undefined && graphs.length === 0) return attribute;
  const replaced = (graph: OnnxGraph): OnnxGraph => ({
    ...graph,
    node: graph.node.map((node) => withAttributes(node, given)),
  });
  return { ...attribute, ...(g === undefined ? {} : { g: replaced(g) }), graphs: graphs.map(replaced) };
}

/** Walks the branches of an If whose condition is the same for all items. Loops have to be constants. */
function branched(walk: Walk, view: NodeView, scope: Scope, depth: number): readonly RowState[] {
  const { node, inputs } = view;
  if (isOp(node, 'If') && inputs[0]?.kind === 'constant') return chosen(walk, view, scope, depth);
  const bad = inputs.find((state) => state?.kind === 'unknown');
  if (bad !== undefined) return node.output.map(() => bad);
  const inner = [...nodesIn(graphsIn(node).flatMap((graph) => graph.node))];
  const constant = namesUsedBy(node).every((name) => stateIn(scope, name).kind === 'constant');
  const unclear = inner.some((each) => isOp(each, ...random) || walk.functions.has(functionKey(each)));
  const state: RowState =
    constant && !unclear ? { kind: 'constant', dims: undefined, values: undefined } : lost(view, 'is not analysed')[0];
  return node.output.map(() => state);
}

/** Returns the states of the branch that is taken, or of both. */
function chosen(walk: Walk, view: NodeView, scope: Scope, depth: number): readonly RowState[] {
  const condition = numberOf(valuesAt(view, 0)?.[0]);
  const taken = ['then_branch', 'else_branch'].filter(
    (_, index) => condition === undefined || (condition === 0) === (index === 1),
  );
  const branches = taken.flatMap((name) => {
    const graph = attributeOf(view.node, name)?.g;
    if (graph === undefined) return [];
    const own = createScope(scope);
    walkGraph(walk, graph, own, depth + 1);
    return [graph.output.map((output) => stateIn(own, output.name))];
  });
  const [first = [], second = first] = branches;
  return view.node.output.map((_, index) => merged(view, first[index], second[index]));
}

/** Returns what is known of the output of either branch. It is mixed if one of them is. */
function merged(view: NodeView, a: RowState | undefined, b: RowState | undefined): RowState {
  if (a !== undefined && a === b) return a;
  const bad = [a, b].find((state) => state?.kind === 'mixed') ?? [a, b].find(isLost);
  if (bad !== undefined) return bad;
  if (a?.kind === 'rows' && b?.kind === 'rows' && sameItems(a.at, b.at) && a.dims.length === b.dims.length)
    return rowsOf(
      view,
      a.at,
      a.dims.map((dim, axis) => either(view, dim, b.dims[axis])),
    );
  const constant = a?.kind === 'constant' && b?.kind === 'constant';
  return constant
    ? { kind: 'constant', dims: undefined, values: undefined }
    : lost(view, 'has branches with different results')[0];
}

const either = ({ unknowns }: NodeView, a: Length, b: Length | undefined): Length =>
  b !== undefined && isSame(a, b) ? a : unknowns.length();
