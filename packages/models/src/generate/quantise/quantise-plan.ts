// Plans which nodes of a graph compute in 8 bits, and which tensors are 8-bit numbers for that.

import { onnxTypes } from '../../onnx/onnx-tensor-data.js';
import type { OnnxGraph, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { constantsOf, isOp, stringOf } from '../../onnx/onnx-graph.js';
import { chainsOf, type Chain } from './quantise-chains.js';
import { weightedOf, type Weighted } from './quantise-weighted.js';

/**
 * The role of a node. `weighted` nodes multiply by weights, `mixing` nodes compute new values from their inputs, and
 * `carrying` nodes move elements, which preserves their range. ONNX Runtime has 8-bit kernels for all of them.
 */
type Role =
  | { readonly kind: 'weighted'; readonly weighted: Weighted }
  | { readonly kind: 'mixing' }
  | { readonly kind: 'carrying' };

/** A node that computes in 8 bits. */
export interface Unit {
  readonly role: Role;
  /** Inputs that are 8-bit numbers and not constants. */
  readonly inputs: readonly string[];
  /** The output is 8-bit numbers. Otherwise it is floats. */
  readonly quantised: boolean;
  /** Followers that the unit includes, none if its output is floats. */
  readonly chain: Chain;
}

export interface Plan {
  readonly units: ReadonlyMap<OnnxNode, Unit>;
  /** Number of nodes with constant weights, in 8 bits or not. */
  readonly weighted: number;
  /** The tensors that are 8-bit numbers, each with the tensor whose range it has. */
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

/** Returns true for a Resize that copies elements. */
const isNearest = (node: OnnxNode): boolean => isOp(node, 'Resize') && stringOf(node, 'mode', 'nearest') === 'nearest';

/** Returns the inputs that a node computes with, except for float constants. */
function dataInputsOf(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): readonly string[] {
  if (!isOp(node, ...mixing)) return node.input.slice(0, 1);
  return node.input.filter((name) => constants.get(name)?.dataType !== onnxTypes.float);
}

export function planQuantising(graph: OnnxGraph): Plan {
  const view = viewOf(graph);
  const { roles, chainOf, inputsOf } = view;
  const wanted = tensorsWantedBy(graph, view);
  const units = new Map<OnnxNode, Unit>();
  const ranges = new Map([...roles].flatMap(([node, role]) => (paysAlone(role) ? inputsOf(node) : [])).map(toItself));
  for (const [node, role] of roles) {
    const inputs = inputsOf(node);
    const chain = chainOf(node);
    if (inputs.length === 0 || !inputs.every((name) => ranges.has(name))) continue;
    if (!paysIfQuantised(node, role) && !wanted.has(chain.output)) continue;
    // 8-bit convolutions can return only 8-bit numbers. Products can return floats as well.
    const quantised = isOp(node, 'Conv') || wanted.has(chain.output);
    units.set(node, { role, inputs, quantised, chain: quantised ? chain : emptyChain(node) });
    const [first = ''] = inputs;
    if (quantised) ranges.set(chain.output, role.kind === 'carrying' ? (ranges.get(first) ?? first) : chain.output);
  }
  const weighted = [...roles.values()].filter(({ kind }) => kind === 'weighted').length;
  return { units, weighted, ranges };
}

interface View {
  /** Roles in the order of the nodes. */
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
    // Carrying nodes keep the range of their input, so they can't include clipping or scaling.
    chainOf: (node) => (roles.get(node)?.kind === 'carrying' ? emptyChain(node) : chain(node)),
    inputsOf: (node) => dataInputsOf(node, constants),
  };
}

const emptyChain = (node: OnnxNode): Chain => ({ nodes: [], output: node.output[0] ?? '', factor: 1 });

const toItself = (name: string): readonly [string, string] => [name, name];

/** Returns true if 8 bits are faster even if the input must be quantised for this node alone. */
const paysAlone = (role: Role): boolean => role.kind === 'weighted' && role.weighted.pays;

/** Returns true if 8 bits are faster with a quantised input, even if no consumer uses 8-bit numbers. */
const paysIfQuantised = (node: OnnxNode, role: Role): boolean =>
  paysAlone(role) || (role.kind === 'weighted' && !isOp(node, 'Conv'));

/** Returns the tensors that 8-bit nodes would use, directly or through other nodes. */
function tensorsWantedBy(graph: OnnxGraph, { roles, chainOf, inputsOf }: View): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const node of graph.node.toReversed()) {
    const role = roles.get(node);
    const uses = role !== undefined && (paysIfQuantised(node, role) || wanted.has(chainOf(node).output));
    if (uses) inputsOf(node).forEach((name) => wanted.add(name));
  }
  return wanted;
}
