// Applies a plan: puts the nodes that compute in 8 bits between nodes that convert floats to 8-bit numbers and back.

import type { OnnxModel, OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { constantsOf, isOp } from '../../onnx/onnx-graph.js';
import { intAttribute } from '../../onnx/onnx-parts.js';
import { emitConstant, emitRounding, emitWeighted, type Steps } from './quantise-linear.js';
import { replaceNodes, type Parts } from './quantise-parts.js';
import type { Plan, Unit } from './quantise-plan.js';

/** Quantises a graph. `steps` are those of each range in the plan. */
export function quantiseGraph(model: OnnxModel, plan: Plan, steps: ReadonlyMap<string, Steps>): OnnxModel {
  const units = [...plan.units.values()];
  const fused = new Set(units.flatMap(({ chain }) => chain.nodes));
  const context = {
    ...{ plan, steps, constants: constantsOf(model.graph) },
    rounded: new Set(units.flatMap(({ quantised, chain }) => (quantised ? [chain.output] : []))),
  };
  return replaceNodes(model, (node, parts) => {
    const unit = plan.units.get(node);
    if (unit !== undefined) emitUnit(node, unit, { ...context, parts });
    return unit !== undefined || fused.has(node);
  });
}

interface Context {
  readonly plan: Plan;
  readonly steps: ReadonlyMap<string, Steps>;
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Tensors that units return rounded, under their own names. */
  readonly rounded: ReadonlySet<string>;
  readonly parts: Parts;
}

function emitUnit(node: OnnxNode, { role, inputs, quantised, chain }: Unit, context: Context): void {
  const { parts } = context;
  const { output, factor } = chain;
  const result = quantised ? parts.fresh(`${output}_unrounded`) : output;
  if (role.kind === 'weighted') {
    const [input = ''] = inputs;
    const { scale } = stepsFor(input, context).steps;
    const weights = emitWeighted(role.weighted, scale, output, parts);
    parts.emit({ ...plain(node), input: [roundedInput(input, context), ...weights], output: [result] });
  } else {
    const isData = role.kind === 'mixing' ? () => true : (name: string): boolean => inputs.includes(name);
    const input = node.input.map((name) => (isData(name) ? roundedInput(name, context) : name));
    parts.emit({ ...node, input, output: [result] });
  }
  if (quantised) emitRounding({ from: result, to: output, factor, ...stepsFor(output, context) }, parts);
}

/** Returns a Gemm without its factors and transposition, which are applied to the weights already. */
const plain = (node: OnnxNode): OnnxNode =>
  isOp(node, 'Gemm') ? { ...node, attribute: [intAttribute('transB', 0)] } : node;

function stepsFor(name: string, { plan, steps }: Context): Readonly<{ range: string; steps: Steps }> {
  const range = plan.ranges.get(name) ?? name;
  return { range, steps: steps.get(range) ?? { scale: 1, zeroPoint: 0 } };
}

/** Returns the name of a tensor with its values rounded to 8-bit numbers, which is added if it does not exist. */
function roundedInput(name: string, context: Context): string {
  const { constants, rounded, parts } = context;
  if (rounded.has(name)) return name;
  return parts.once(`rounded ${name}`, () => {
    const constant = constants.get(name);
    if (constant !== undefined) return emitConstant({ ...constant, name }, parts);
    const to = parts.fresh(`${name}_rounded`);
    emitRounding({ from: name, to, factor: 1, ...stepsFor(name, context) }, parts);
    return to;
  });
}
