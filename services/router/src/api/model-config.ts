// Builds the ModelConfig of a target, with the protocol's fields that apply to Pareto.

import { groupBy, type Candidate, type DataType, type PartialObjective, type TargetEntry } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { platform } from './model-metadata.js';

/** Dimensions exclude the batch, as the protocol requires: `max_batch_size` describes it. */
export function configOf(entry: TargetEntry): wire.ModelConfigInput {
  const { name, maxBatchSize, signature, labels } = entry;
  const isBatched = signature.batched && maxBatchSize > 1;
  return {
    name,
    platform,
    backend: 'onnxruntime',
    versionPolicy: { latest: { numVersions: 1 }, policyChoice: 'latest' },
    maxBatchSize,
    input: signature.inputs.map(({ name: input, datatype, dims }) => ({
      name: input,
      dataType: dataTypes[datatype],
      dims: [...dims],
    })),
    output: signature.outputs.map(({ name: output, datatype, dims }) => ({
      name: output,
      dataType: dataTypes[datatype],
      dims: [...dims],
      labelFilename: labels[output] === undefined ? '' : `labels-${output}.txt`,
    })),
    instanceGroup: instanceGroups(entry),
    defaultModelFilename: 'model.onnx',
    ...(isBatched
      ? { dynamicBatching: { preferredBatchSize: [maxBatchSize] }, schedulingChoice: 'dynamicBatching' as const }
      : {}),
    parameters: parametersOf(entry),
    modelTransactionPolicy: { decoupled: false },
  };
}

const dataTypes = {
  BOOL: 'TYPE_BOOL',
  UINT8: 'TYPE_UINT8',
  UINT16: 'TYPE_UINT16',
  UINT32: 'TYPE_UINT32',
  UINT64: 'TYPE_UINT64',
  INT8: 'TYPE_INT8',
  INT16: 'TYPE_INT16',
  INT32: 'TYPE_INT32',
  INT64: 'TYPE_INT64',
  FP16: 'TYPE_FP16',
  FP32: 'TYPE_FP32',
  FP64: 'TYPE_FP64',
  BF16: 'TYPE_BF16',
  BYTES: 'TYPE_STRING',
} as const satisfies Record<DataType, string>;

/** Counts the ready replicas by kind of hardware. */
function instanceGroups({ name, candidates }: TargetEntry): wire.ModelInstanceGroupInput[] {
  const kinds = groupBy(candidates, kindOf);
  return Array.from(kinds, ([kind, own], index) => ({
    name: index === 0 ? name : `${name}_${index}`,
    kind,
    count: own.reduce((sum, { replicas }) => sum + replicas.length, 0),
  })).filter(({ count }) => count > 0);
}

const kindOf = ({ hardwareClass }: Candidate): 'KIND_CPU' | 'KIND_GPU' =>
  hardwareClass === 'cpu' || hardwareClass.startsWith('cpu/') ? 'KIND_CPU' : 'KIND_GPU';

/** Returns Pareto's own parameters of a model. */
function parametersOf(entry: TargetEntry): Record<string, { stringValue: string }> {
  const accuracies = entry.candidates.flatMap(({ accuracy }) => accuracy?.value ?? []);
  const variants = new Set(entry.candidates.map(({ variant }) => variant));
  const facts: Readonly<Record<string, string | number | undefined>> = {
    pareto_kind: entry.kind,
    pareto_task: entry.task,
    pareto_metric: entry.metric,
    pareto_variants: variants.size,
    pareto_accuracy: accuracies.length === 0 ? undefined : Math.max(...accuracies),
    ...objectiveFacts(entry.defaultObjective),
  };
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, { stringValue: String(value) }]],
    ),
  );
}

/** Returns the objective under the names of the request parameters. */
const objectiveFacts = (objective: PartialObjective): Readonly<Record<string, string | number | undefined>> => ({
  latency_ms: objective.latencyMs,
  min_accuracy: objective.minAccuracy,
  max_cost_per_1k: objective.maxCostPer1k,
  class: objective.class,
  degrade: objective.degrade,
  prefer: objective.prefer,
});
