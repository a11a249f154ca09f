// Rewrites a graph so that what was computed in single precision is computed in half, but for what can't be.

import { elementsOf, onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from '../../onnx/onnx.js';
import { outputTypes } from './element-types.js';
import { constantOf, graphsIn, isOp } from '../../onnx/onnx-graph.js';
import { keepsInput, staysSingle } from './half-rules.js';
import { halfTensor } from './half-tensor.js';
import { inHalf } from './half-node.js';
import { intAttribute, makeNode } from '../../onnx/onnx-parts.js';

const { float, float16 } = onnxTypes;

/** Elements of a constant that may be part of computing a shape; tables are larger. */
const maxSmallElements = 64;

type Precision = 'single' | 'half';

/** Under which names a tensor of floats is there. */
interface Forms {
  readonly single?: string;
  readonly half?: string;
}

/** What is known of the tensors that nodes may take: those of the graph so far, and of the graphs around it. */
interface Scope {
  readonly types: Map<string, number | undefined>;
  readonly forms: Map<string, Forms>;
  readonly constants: Map<string, OnnxTensor>;
  /** What is computed from shapes. Numbers of positions are exact in half precision up to 2048 only. */
  readonly shapes: Set<string>;
  readonly name: (hint: string) => string;
  /** How many nodes stayed in single precision. */
  readonly kept: { count: number };
}

export interface HalfGraph {
  readonly graph: OnnxGraph;
  /** Operators that stay in single precision. */
  readonly kept: number;
}

/** Takes and gives floats as the graph did. Every output is given by a node. */
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

/** `singles` are given in single precision, under their own names, whatever computes them. */
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
  const shaping = ofShapes(node, scope);
  const single = shaping || staysSingle(node, (index) => scope.constants.get(node.input[index] ?? ''));
  const input = node.input.map((name, index) =>
    take(name, single || keepsInput(node, index) ? 'single' : 'half', scope, parts),
  );
  const types = new Map<OnnxGraph, readonly (number | undefined)[]>();
  const attribute = node.attribute.map((held) =>
    held.g === undefined ? held : rewriteHeld(held, held.g, scope, types),
  );
  const given = outputTypes(node, scope.types, (graph) => types.get(graph) ?? []);
  const floats = node.output.filter((name, index) => name !== '' && given[index] === float);
  if (single && floats.length > 0 && !shaping) scope.kept.count++;
  const renamed = new Map(
    floats.filter((name) => !single && singles.has(name)).map((name) => [name, scope.name(`${name}_half`)]),
  );
  const output = node.output.map((name) => renamed.get(name) ?? name);
  parts.node.push(
    single ? { ...node, input, output, attribute } : inHalf({ ...node, input, output, attribute }, constant),
  );
  for (const [index, name] of node.output.entries())
    declare(scope, name, given[index], single ? 'single' : 'half', output[index]);
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

/** The name of a tensor in that precision, made when it isn't there. */
function take(name: string, precision: Precision, scope: Scope, { node, initializer }: MutableParts): string {
  const forms = scope.forms.get(name);
  const there = forms === undefined ? name : forms[precision];
  if (there !== undefined) return there;
  const made = scope.name(`${name}_${precision}`);
  const constant = scope.constants.get(name);
  if (constant !== undefined && precision === 'single') initializer.push({ ...constant, name: made });
  else node.push(cast(forms?.single ?? forms?.half ?? name, made, precision === 'half' ? float16 : float));
  scope.forms.set(name, { ...forms, [precision]: made });
  return made;
}

/** Whether a node computes with shapes, and with a few constants beside them, alone. Marks what it gives, too. */
function ofShapes(node: OnnxNode, { shapes, constants }: Scope): boolean {
  if (graphsIn(node).length > 0) return false;
  const given = node.input.filter((name) => name !== '');
  const small = (name: string): boolean => elementsOf(constants.get(name)?.dims ?? [Infinity]) <= maxSmallElements;
  const only = given.every((name) => shapes.has(name) || small(name)) && given.some((name) => shapes.has(name));
  if (only || isOp(node, 'Shape', 'Size')) for (const name of node.output) shapes.add(name);
  return only;
}

/** A branch or a loop's body: all floats that go in and out are halves. */
function rewriteHeld(
  held: OnnxAttribute,
  graph: OnnxGraph,
  outer: Scope,
  given: Map<OnnxGraph, readonly (number | undefined)[]>,
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
    take(name, 'half', scope, { node, initializer: parts.initializer as OnnxTensor[] }),
  );
  given.set(
    graph,
    graph.output.map(({ name, type }) => type?.tensorType?.elemType ?? scope.types.get(name)),
  );
  const output = graph.output.map((value, index) => asHalf({ ...value, name: names[index] ?? value.name }));
  return { ...held, g: { ...graph, ...parts, node, input: graph.input.map(asHalf), output, valueInfo: [] } };
}

/** Its declared type, when that is float. */
function asHalf(value: OnnxValue): OnnxValue {
  const { type } = value;
  if (type?.tensorType?.elemType !== float) return value;
  return { ...value, type: { ...type, tensorType: { ...type.tensorType, elemType: float16 } } };
}
