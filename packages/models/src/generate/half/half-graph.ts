// Rewrites a graph from single to half precision, except for operators that must stay in single precision.

import { elementsOf, onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from '../../onnx/onnx.js';
import { outputTypes } from './element-types.js';
import { constantOf, graphsIn, isOp } from '../../onnx/onnx-graph.js';
import { keepsInput, staysSingle } from './half-rules.js';
import { halfTensor } from './half-tensor.js';
import { inHalf } from './half-node.js';
import { intAttribute, makeNode } from '../../onnx/onnx-parts.js';

const { float, float16 } = onnxTypes;

/** Maximum number of elements of a constant that is used to compute a shape. Tables are larger. */
const maxSmallElements = 64;

type Precision = 'single' | 'half';

/** The names of a float tensor in each precision that exists. */
interface Forms {
  readonly single?: string;
  readonly half?: string;
}

/** The tensors that nodes may use: those of the graph so far and of the surrounding graphs. */
interface Scope {
  readonly types: Map<string, number | undefined>;
  readonly forms: Map<string, Forms>;
  readonly constants: Map<string, OnnxTensor>;
  /** Tensors that are computed from shapes. They stay single: in half precision, integers are exact only up to 2048. */
  readonly shapes: Set<string>;
  readonly name: (hint: string) => string;
  /** Number of nodes that stay in single precision. */
  readonly kept: { count: number };
}

export interface HalfGraph {
  readonly graph: OnnxGraph;
  /** Number of operators that stay in single precision. */
  readonly kept: number;
}

/** Rewrites a graph whose outputs are all computed by nodes. Inputs and outputs stay floats. */
export function halfGraph(graph: OnnxGraph, name: (hint: string) => string): HalfGraph {
  const none = { types: new Map(), forms: new Map(), constants: new Map(), shapes: new Set<string>() };
  const scope: Scope = { ...none, name, kept: { count: 0 } };
  for (const { name: input, type } of graph.input) declare(scope, input, type?.tensorType?.elemType, 'single');
  const outputs = new Set(graph.output.map(({ name: output }) => output));
  const rewritten = rewrite(graph, scope, outputs);
  return { graph: { ...graph, ...rewritten, valueInfo: [] }, kept: scope.kept.count };
}

function declare(scope: Scope, name: string, type: number | undefined, precision: Precision, as = name): void {
  scope.types.set(name, type);
  if (type === float) scope.forms.set(name, { [precision]: as });
}

type Parts = Pick<OnnxGraph, 'node' | 'initializer'>;

/** Rewrites the nodes. The tensors in `singles` keep their names and single precision, whatever computes them. */
function rewrite(graph: OnnxGraph, scope: Scope, singles: ReadonlySet<string>): Parts {
  const parts = { node: [] as OnnxNode[], initializer: [] as OnnxTensor[] };
  for (const tensor of graph.initializer) {
    scope.constants.set(tensor.name, tensor);
    declare(scope, tensor.name, tensor.dataType, 'half');
    parts.initializer.push(tensor.dataType === float ? halfTensor(tensor) : tensor);
  }
  for (const node of graph.node) rewriteNode(node, scope, parts, singles);
  return parts;
}

function rewriteNode(node: OnnxNode, scope: Scope, parts: MutableParts, singles: ReadonlySet<string>): void {
  const constant = constantOf(node);
  if (constant !== undefined) scope.constants.set(node.output[0] ?? '', constant);
  const shaping = computesShapes(node, scope);
  const single = shaping || staysSingle(node, (index) => scope.constants.get(node.input[index] ?? ''));
  const input = node.input.map((name, index) =>
    inPrecision(name, single || keepsInput(node, index) ? 'single' : 'half', scope, parts),
  );
  const types = new Map<OnnxGraph, readonly (number | undefined)[]>();
  const attribute = node.attribute.map((one) => (one.g === undefined ? one : rewriteNested(one, one.g, scope, types)));
  const elementTypes = outputTypes(node, scope.types, (graph) => types.get(graph) ?? []);
  const floats = node.output.filter((name, index) => name !== '' && elementTypes[index] === float);
  if (single && floats.length > 0 && !shaping) scope.kept.count++;
  const renamed = new Map(
    floats.filter((name) => !single && singles.has(name)).map((name) => [name, scope.name(`${name}_half`)]),
  );
  const output = node.output.map((name) => renamed.get(name) ?? name);
  parts.node.push(
    single ? { ...node, input, output, attribute } : inHalf({ ...node, input, output, attribute }, constant),
  );
  for (const [index, name] of node.output.entries())
    declare(scope, name, elementTypes[index], single ? 'single' : 'half', output[index]);
  for (const [name, half] of renamed) {
    parts.node.push(cast(half, name, float));
    scope.forms.set(name, { half, single: name });
  }
}

interface MutableParts {
  readonly node: OnnxNode[];
  readonly initializer: OnnxTensor[];
}

const cast = (from: string, to: string, type: number): OnnxNode =>
  makeNode('Cast', [from], [to], { attribute: [intAttribute('to', type)] });

/** Returns the name of a tensor in a precision, and adds a conversion if it does not exist yet. */
function inPrecision(name: string, precision: Precision, scope: Scope, { node, initializer }: MutableParts): string {
  const forms = scope.forms.get(name);
  const existing = forms === undefined ? name : forms[precision];
  if (existing !== undefined) return existing;
  const created = scope.name(`${name}_${precision}`);
  const constant = scope.constants.get(name);
  if (constant !== undefined && precision === 'single') initializer.push({ ...constant, name: created });
  else node.push(cast(forms?.single ?? forms?.half ?? name, created, precision === 'half' ? float16 : float));
  scope.forms.set(name, { ...forms, [precision]: created });
  return created;
}

/** Returns true for a node that computes only with shapes and small constants, and adds its outputs to `shapes`. */
function computesShapes(node: OnnxNode, { shapes, constants }: Scope): boolean {
  if (graphsIn(node).length > 0) return false;
  const inputs = node.input.filter((name) => name !== '');
  const small = (name: string): boolean => elementsOf(constants.get(name)?.dims ?? [Infinity]) <= maxSmallElements;
  const only = inputs.every((name) => shapes.has(name) || small(name)) && inputs.some((name) => shapes.has(name));
  if (only || isOp(node, 'Shape', 'Size')) for (const name of node.output) shapes.add(name);
  return only;
}

/** Rewrites a branch or the body of a loop. All its float inputs and outputs become halves. */
function rewriteNested(
  one: OnnxAttribute,
  graph: OnnxGraph,
  outer: Scope,
  typesByGraph: Map<OnnxGraph, readonly (number | undefined)[]>,
): OnnxAttribute {
  const scope: Scope = {
    ...outer,
    types: new Map(outer.types),
    forms: new Map(outer.forms),
    constants: new Map(outer.constants),
    shapes: new Set(outer.shapes),
  };
  for (const { name, type } of graph.input) declare(scope, name, type?.tensorType?.elemType, 'half');
  const parts = rewrite(graph, scope, new Set());
  const node = [...parts.node];
  const names = graph.output.map(({ name }) =>
    inPrecision(name, 'half', scope, { node, initializer: parts.initializer as OnnxTensor[] }),
  );
  typesByGraph.set(
    graph,
    graph.output.map(({ name, type }) => type?.tensorType?.elemType ?? scope.types.get(name)),
  );
  const output = graph.output.map((value, index) => asHalf({ ...value, name: names[index] ?? value.name }));
  return { ...one, g: { ...graph, ...parts, node, input: graph.input.map(asHalf), output, valueInfo: [] } };
}

/** Changes the declared type of a value from float to half. */
function asHalf(value: OnnxValue): OnnxValue {
  const { type } = value;
  if (type?.tensorType?.elemType !== float) return value;
  return { ...value, type: { ...type, tensorType: { ...type.tensorType, elemType: float16 } } };
}
