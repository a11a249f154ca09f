// Builds the ModelMetadata response of a target: its inputs and outputs.

import type { TargetEntry, TensorSpec } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { versionOf } from '../resolve/resolve.js';

export const platform = 'onnxruntime_onnx';

export function metadataOf(entry: TargetEntry): wire.ModelMetadataResponseInput {
  const { signature } = entry;
  const tensors = (specs: readonly TensorSpec[]): { name: string; datatype: string; shape: number[] }[] =>
    specs.map(({ name, datatype, dims }) => ({ name, datatype, shape: signature.batched ? [-1, ...dims] : [...dims] }));
  return {
    name: entry.name,
    versions: [String(versionOf(entry))],
    platform,
    inputs: tensors(signature.inputs),
    outputs: tensors(signature.outputs),
    properties: { pareto_kind: entry.kind, pareto_task: entry.task, max_batch_size: String(entry.maxBatchSize) },
  };
}
