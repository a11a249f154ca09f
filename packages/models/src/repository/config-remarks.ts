// Remarks on fields of `config.pbtxt` that Pareto does not apply, each with what happens instead. A remark is never an
// error.

import type { ConfigMessage } from './config-message.js';
import type { SourcePosition } from './text-tokens.js';

/** A setting of a configuration that is not applied. */
export interface ConfigRemark extends SourcePosition {
  /** Path of the field, such as `dynamic_batching.preferred_batch_size`. */
  readonly field: string;
  /** Human-readable text on what happens instead. */
  readonly text: string;
}

const unknownField = 'unknown, and ignored';

/** Remarks on top-level fields. */
const topRemarks: Readonly<Record<string, string>> = {
  instance_group: 'Pareto decides how many replicas run, and where',
  model_warmup: 'every replica is warmed up at all its batch sizes before it receives queries',
  metric_tags: 'metrics have a fixed set of labels',
  model_metrics: 'metrics have a fixed set of labels',
  model_operations: 'no libraries other than ONNX Runtime are loaded',
  model_repository_agents: 'files are verified by their digests, without agents',
  cc_model_filenames: 'the same file is used on all devices',
  runtime: 'the runtime is the ONNX Runtime that Pareto includes',
};

const batchingRemarks: Readonly<Record<string, string>> = {
  preferred_batch_size: 'a batch consists of the queries that wait when a slot is free, up to the size that pays',
  max_queue_delay_microseconds: 'queries are never delayed to fill a batch',
  preserve_ordering: 'answers are sent as soon as they are ready',
  priority_levels: 'any whole number is a priority: queries with 1 run first, those without a priority last',
  default_priority_level: 'queries without a priority run after those with one',
  default_queue_policy: 'a query that would miss its latency objective is rejected on arrival; see latency_ms',
  priority_queue_policy: 'a query that would miss its latency objective is rejected on arrival; see latency_ms',
};

const optimizationRemarks: Readonly<Record<string, string>> = {
  graph: 'the graph is always optimised in full',
  priority: 'priorities belong to queries, not to models',
  cuda: 'Pareto configures the provider',
  execution_accelerators: 'variants are generated for the providers that the workers have',
  input_pinned_memory: 'Pareto manages memory',
  output_pinned_memory: 'Pareto manages memory',
  gather_kernel_buffer_threshold: 'Pareto manages memory',
  eager_batching: 'a batch is assembled when its slot is free',
};

const tensorRemarks: Readonly<Record<string, string>> = {
  format: 'tensors are passed to the model unchanged',
  is_shape_tensor: 'applies to TensorRT models only',
  is_non_linear_format_io: 'applies to TensorRT models only',
  allow_ragged_batch: 'only inputs of the same shape are batched together',
  optional: 'every input of the graph is required',
};

/** Returns remarks on the fields that were not read, with the texts in `known`. Other fields are unknown. */
function othersOf(
  message: ConfigMessage,
  prefix: string,
  known: Readonly<Record<string, string>> = {},
): readonly ConfigRemark[] {
  const seen = new Map(message.others().map((field) => [field.name, field.at]));
  return Array.from(seen, ([name, at]) => ({ field: prefix + name, text: known[name] ?? unknownField, ...at }));
}

export const tensorRemarksOf = (message: ConfigMessage, role: 'input' | 'output'): readonly ConfigRemark[] =>
  othersOf(message, `${role}.`, tensorRemarks);

/** Returns remarks on all fields that were not read before. */
export function remarksOf(config: ConfigMessage): readonly ConfigRemark[] {
  const batching = config.message('dynamic_batching');
  const optimization = config.message('optimization');
  return [
    ...(batching === undefined ? [] : othersOf(batching, 'dynamic_batching.', batchingRemarks)),
    ...(optimization === undefined ? [] : othersOf(optimization, 'optimization.', optimizationRemarks)),
    ...parameterRemarks(config),
    ...cacheRemarks(config),
    ...othersOf(config, '', topRemarks),
  ];
}

const parameterRemarks = (config: ConfigMessage): readonly ConfigRemark[] =>
  config.messages('parameters').map((parameter) => ({
    field: `parameters.${parameter.text('key') ?? ''}`,
    text: 'settings of a backend are not applied: Pareto configures the sessions',
    ...parameter.at,
  }));

function cacheRemarks(config: ConfigMessage): readonly ConfigRemark[] {
  if (config.message('response_cache')?.flag('enable') !== true) return [];
  return [{ field: 'response_cache', text: 'every query is computed', ...config.positionOf('response_cache') }];
}
