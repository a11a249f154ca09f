// Fields of `config.pbtxt` that Pareto does without: each with what happens instead, told once and never an error.

import type { ConfigMessage } from './config-message.js';
import type { Place } from './text-tokens.js';

/** What a configuration says that is not carried out. */
export interface ConfigRemark extends Place {
  /** With the fields that it lies in before it: `dynamic_batching.preferred_batch_size`. */
  readonly field: string;
  /** What happens instead. */
  readonly text: string;
}

const notKnown = 'not known, and ignored';

/** At the top of a configuration. */
const topRemarks: Readonly<Record<string, string>> = {
  instance_group: 'Pareto decides how many replicas run, and where',
  model_warmup: 'every replica is warmed at all its batch sizes before it takes queries',
  metric_tags: 'metrics have labels of their own',
  model_metrics: 'metrics have labels of their own',
  model_operations: 'no library is loaded beside ONNX Runtime',
  model_repository_agents: 'files are checked by their digests; no agent runs',
  cc_model_filenames: 'one file is used on all devices',
  runtime: 'the runtime is ONNX Runtime as it comes with Pareto',
};

const batchingRemarks: Readonly<Record<string, string>> = {
  preferred_batch_size: 'a batch is what waits when a slot is free, as far as it pays: nothing is held back',
  max_queue_delay_microseconds: 'a batch is what waits when a slot is free, as far as it pays: nothing is held back',
  preserve_ordering: 'answers leave as soon as they are there',
  priority_levels: 'any whole number is a priority: queries with 1 go first, those without one last',
  default_priority_level: 'queries without a priority go after those that have one',
  default_queue_policy: 'a query is refused at once when it would be late; see latency_ms',
  priority_queue_policy: 'a query is refused at once when it would be late; see latency_ms',
};

const optimizationRemarks: Readonly<Record<string, string>> = {
  graph: 'the graph is always optimised in full',
  priority: 'queries have priorities, models none',
  cuda: 'the provider is set up by Pareto',
  execution_accelerators: 'variants are made for the providers that the workers have',
  input_pinned_memory: 'memory is managed by Pareto',
  output_pinned_memory: 'memory is managed by Pareto',
  gather_kernel_buffer_threshold: 'memory is managed by Pareto',
  eager_batching: 'a batch is put together when its slot is free',
};

const tensorRemarks: Readonly<Record<string, string>> = {
  format: 'tensors are taken as they come',
  is_shape_tensor: 'means something for TensorRT only',
  is_non_linear_format_io: 'means something for TensorRT only',
  allow_ragged_batch: 'only inputs of one shape are batched together',
  optional: 'every input of the graph is wanted',
};

/** Of fields that were not asked for: those of `known` by what is said there, others as not known. */
function othersOf(
  message: ConfigMessage,
  prefix: string,
  known: Readonly<Record<string, string>> = {},
): readonly ConfigRemark[] {
  const seen = new Map(message.others().map((field) => [field.name, field.at]));
  return Array.from(seen, ([name, at]) => ({ field: prefix + name, text: known[name] ?? notKnown, ...at }));
}

export const tensorRemarksOf = (message: ConfigMessage, role: 'input' | 'output'): readonly ConfigRemark[] =>
  othersOf(message, `${role}.`, tensorRemarks);

/** Of all that was not asked for before. */
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
    text: 'settings of a backend are not passed on: sessions are set up by Pareto',
    ...parameter.at,
  }));

function cacheRemarks(config: ConfigMessage): readonly ConfigRemark[] {
  if (config.message('response_cache')?.flag('enable') !== true) return [];
  return [{ field: 'response_cache', text: 'every query is computed', ...config.placeOf('response_cache') }];
}
