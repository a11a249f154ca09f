// Half precision: half the size everywhere, and faster on devices that compute in it. On a CPU, ONNX Runtime computes
// in single precision.

import { tensorsOf } from '../onnx/onnx-codec.js';
import { onnxTypes } from '../onnx/onnx-tensor-data.js';
import type { OnnxModel } from '../onnx/onnx.js';
import { declined, made, type GraphGenerator } from '../rewrite/generator.js';
import { freshNames, nodesIn, withGraph, withoutUnused } from '../onnx/onnx-graph.js';
import { halfGraph } from './half/half-graph.js';
import { quantisedOps } from './half/half-rules.js';

export const fp16: GraphGenerator = {
  kind: 'rewrite',
  bound: 0.995,
  failureHint: 'half precision holds numbers up to 65504, with three digits',
  rewrite(model) {
    const reason = declineReason(model);
    if (reason !== undefined) return declined(reason);
    const { graph, kept } = halfGraph(model.graph, freshNames(model.graph));
    return made(withGraph(model, withoutUnused(graph)), noteOf(kept));
  },
};

function noteOf(kept: number): string {
  if (kept === 0) return 'half precision throughout';
  return `half precision; ${kept === 1 ? '1 operator stays' : `${kept} operators stay`} in single precision`;
}

function declineReason(model: OnnxModel): string | undefined {
  const types = new Set([...tensorsOf(model)].map(({ dataType }) => dataType));
  const ops = Array.from(nodesIn(model.graph.node), ({ opType }) => opType);
  const quantised = ops.find((type) => quantisedOps.includes(type));
  if (quantised !== undefined) return `the model is already quantised (${quantised})`;
  if (types.has(onnxTypes.float16) || types.has(onnxTypes.bfloat16))
    return 'some or all of its weights are in half precision already';
  if (!types.has(onnxTypes.float)) return 'it has no weights in single precision';
  if (model.functions.length > 0) return 'it has model-local functions, which are not rewritten';
  const sequence = ops.find((type) => /Sequence|Optional/.test(type));
  if (sequence !== undefined) return `it uses sequences or optional values (${sequence})`;
  const computed = new Set(model.graph.node.flatMap(({ output }) => output));
  const unchanged = model.graph.output.find(({ name }) => !computed.has(name));
  return unchanged === undefined
    ? undefined
    : `its output ${JSON.stringify(unchanged.name)} is one of its inputs or weights, returned unchanged`;
}
