// Computes convolutions, products and the operators between them in 8 bits, with ranges calibrated on real samples.

import type { OnnxModel } from '../onnx/onnx.js';
import { withExtremes } from './quantise/calibration.js';
import { declined, made, type GraphGenerator, type Ranges, type Rewrite } from '../rewrite/generator.js';
import { hoistActivations } from './quantise/quantise-activations.js';
import { foldIntoConvolutions } from './quantise/quantise-folding.js';
import { quantiseGraph } from './quantise/quantise-graph.js';
import { stepsOf, type Steps } from './quantise/quantise-linear.js';
import { noteOf, reachOf, startQuantising } from './quantise/quantise-parts.js';
import { planQuantising, type Plan } from './quantise/quantise-plan.js';

/**
 * Puts QuantizeLinear and DequantizeLinear around each node, which ONNX Runtime fuses into 8-bit kernels. Activations
 * are unsigned; weights are signed and symmetric, with a scale per output channel.
 */
export const int8Static: GraphGenerator = {
  kind: 'rewrite',
  // A lower similarity means that the file is broken. Smaller losses show in its measured accuracy.
  bound: 0.9,
  observe: (model) => withPlan(model, (simple, { ranges }) => made(withExtremes(simple, new Set(ranges.values())), '')),
  rewrite: (model, ranges) => withPlan(model, (simple, plan, note) => quantise(simple, plan, ranges, note)),
};

function withPlan(model: OnnxModel, use: (simple: OnnxModel, plan: Plan, note: string) => Rewrite): Rewrite {
  const upgraded = startQuantising(model);
  if (upgraded.kind === 'declined') return upgraded;
  const simple = hoistActivations(foldIntoConvolutions(upgraded.model));
  const plan = planQuantising(simple.graph);
  if (plan.units.size > 0) return use(simple, plan, upgraded.note);
  return declined(
    plan.weighted === 0
      ? `it has no Conv with constant float weights, and no MatMul or Gemm whose second factor is a constant matrix of floats${reachOf(simple.graph)}`
      : 'none of its convolutions and products is large enough to be faster in 8 bits',
  );
}

function quantise(model: OnnxModel, plan: Plan, ranges: Ranges, note: string): Rewrite {
  if (ranges.size === 0) return declined('there are no samples to calibrate on');
  const steps = new Map<string, Steps>();
  for (const name of plan.ranges.values()) {
    const range = ranges.get(name);
    if (range?.every(Number.isFinite) !== true) return declined(`it has no finite range for ${JSON.stringify(name)}`);
    steps.set(name, stepsOf(range));
  }
  const quantised = quantiseGraph(model, plan, steps);
  const done = [...plan.units.values()].filter(({ role }) => role.kind === 'weighted').length;
  return made(quantised, noteOf(note, `in 8 bits: ${done} of ${plan.weighted} convolutions and products`));
}
