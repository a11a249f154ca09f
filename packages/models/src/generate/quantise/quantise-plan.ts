// Plans what of a graph computes in 8 bits, and which tensors hold 8-bit numbers for that.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { constantsOf, isOp, stringOf } from '../../onnx/onnx-graph.js';
import { chainsOf, type Chain } from './quantise-chains.js';
import { weightedOf, type Weighted } from './quantise-weighted.js';

/**
 * `weighted`: multiplies by weights. `mixing`: gives something new of what it takes. `carrying`: moves what it takes, so that its
 * range stays. ONNX Runtime has a kernel on 8-bit numbers for each.
 */
type Role =
  | { readonly kind: 'weighted'; readonly weighted: Weighted }
  | { readonly kind: 'mixing' }
  | { readonly kind: 'carrying' };

/** A node that computes in 8 bits. */
export interface Unit {
  readonly role: Role;
  /** Those of its inputs that hold 8-bit numbers and aren't constants. */
  readonly inputs: readonly string[];
  /** Whether its output holds 8-bit numbers, too; else it holds floats. */
  readonly quantised: boolean;
  /** What it takes in of what follows: nothing where its output holds floats. */
  readonly chain: Chain;
}

export interface Plan {
  readonly units: ReadonlyMap<OnnxNode, Unit>;
  /** How many nodes have constant weights, in 8 bits or not. */
  readonly weighted: number;
  /** The tensors that hold 8-bit numbers, with the one whose range each has. */
  readonly ranges: ReadonlyMap<string, string>;
}

const mixing = ['Add', 'Mul', 'Concat'];
const mixingFirst = ['AveragePool', 'GlobalAveragePool', 'LeakyRelu', 'Sigmoid'];
const carrying = [
  'MaxPool',
  'Flatten',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Slice',
  'Gather',
  'Expand',
  'Tile',
];

function rolesOf(graph: OnnxGraph): ReadonlyMap<OnnxNode, Role> {
  const weightedNodes = weightedOf(graph);
  const roles = new Map<OnnxNode, Role>();
  for (const node of graph.node) {
    const weighted = weightedNodes.get(node);
    if (weighted !== undefined) roles.set(node, { kind: 'weighted', weighted });
    else if (node.output.length > 1) continue;
    else if (isOp(node, ...mixing, ...mixingFirst)) roles.set(node, { kind: 'mixing' });
    else if (isOp(node, ...carrying) || isNearest(node)) roles.set(node, { kind: 'carrying' });
  }
  return roles;
}

/** A Resize that makes no new numbers. */
const isNearest = (node: OnnxNode): boolean => isOp(node, 'Resize') && stringOf(node, 'mode', 'nearest') === 'nearest';

/** What a node computes with, other than constants of floats. */
function dataInputsOf(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): readonly string[] {
  if (!isOp(node, ...mixing)) return node.input.slice(0, 1);
  return node.input.filter((name) => constants.get(name)?.dataType !== onnxTypes.float);
}

export function planQuantising(graph: OnnxGraph): Plan {
  const view = viewOf(graph);
  const { roles, chainOf, inputsOf } = view;
  const wanted = wantedBy(graph, view);
  const units = new Map<OnnxNode, Unit>();
  const ranges = new Map([...roles].flatMap(([node, role]) => (paysAlone(role) ? inputsOf(node) : [])).map(toItself));
  for (const [node, role] of roles) {
    const inputs = inputsOf(node);
    const chain = chainOf(node);
    if (inputs.length === 0 || !inputs.every((name) => ranges.has(name))) continue;
    if (!takesAlways(node, role) && !wanted.has(chain.output)) continue;
    // A convolution in 8 bits gives nothing but 8-bit numbers; a product gives floats as well.
    const quantised = isOp(node, 'Conv') || wanted.has(chain.output);
    units.set(node, { role, inputs, quantised, chain: quantised ? chain : emptyChain(node) });
    const [first = ''] = inputs;
    if (quantised) ranges.set(chain.output, role.kind === 'carrying' ? (ranges.get(first) ?? first) : chain.output);
  }
  const weighted = [...roles.values()].filter(({ kind }) => kind === 'weighted').length;
  return { units, weighted, ranges };
}

interface View {
  /** In the order of the nodes. */
  readonly roles: ReadonlyMap<OnnxNode, Role>;
  readonly chainOf: (node: OnnxNode) => Chain;
  readonly inputsOf: (node: OnnxNode) => readonly string[];
}

function viewOf(graph: OnnxGraph): View {
  const constants = constantsOf(graph);
  const roles = rolesOf(graph);
  const chain = chainsOf(graph);
  return {
    roles,
    // What carries keeps the range of what it takes.
    chainOf: (node) => (roles.get(node)?.kind === 'carrying' ? emptyChain(node) : chain(node)),
    inputsOf: (node) => dataInputsOf(node, constants),
  };
}

const emptyChain = (node: OnnxNode): Chain => ({ nodes: [], output: node.output[0] ?? '', factor: 1 });

const toItself = (name: string): readonly [string, string] => [name, name];

/** Whether it gains even when its input has to be quantised for it alone. */
const paysAlone = (role: Role): boolean => role.kind === 'weighted' && role.weighted.pays;

/** Whether it gains wherever its input is quantised already, even when nothing takes what it gives in 8 bits. */
const takesAlways = (node: OnnxNode, role: Role): boolean =>
  paysAlone(role) || (role.kind === 'weighted' && !isOp(node, 'Conv'));

/** Tensors that something in 8 bits would take, by way of others or at once. */
function wantedBy(graph: OnnxGraph, { roles, chainOf, inputsOf }: View): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const node of graph.node.toReversed()) {
    const role = roles.get(node);
    const takes = role !== undefined && (takesAlways(node, role) || wanted.has(chainOf(node).output));
    if (takes) inputsOf(node).forEach((name) => wanted.add(name));
  }
  return wanted;
}
