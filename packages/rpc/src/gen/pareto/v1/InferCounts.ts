// Original file: protos/pareto/v1/fleet.proto

import type { TimedCount as _pareto_v1_TimedCount, TimedCount__Output as _pareto_v1_TimedCount__Output } from '../../pareto/v1/TimedCount.js';
import type { BatchCount as _pareto_v1_BatchCount, BatchCount__Output as _pareto_v1_BatchCount__Output } from '../../pareto/v1/BatchCount.js';

export interface InferCounts {
  'success'?: (_pareto_v1_TimedCount | null);
  'fail'?: (_pareto_v1_TimedCount | null);
  'queue'?: (_pareto_v1_TimedCount | null);
  'computeInput'?: (_pareto_v1_TimedCount | null);
  'computeInfer'?: (_pareto_v1_TimedCount | null);
  'computeOutput'?: (_pareto_v1_TimedCount | null);
  'batches'?: (_pareto_v1_BatchCount)[];
  'lastInferenceAgeMs'?: (number | string);
  '_lastInferenceAgeMs'?: "lastInferenceAgeMs";
}

export interface InferCounts__Output {
  'success': (_pareto_v1_TimedCount__Output | null);
  'fail': (_pareto_v1_TimedCount__Output | null);
  'queue': (_pareto_v1_TimedCount__Output | null);
  'computeInput': (_pareto_v1_TimedCount__Output | null);
  'computeInfer': (_pareto_v1_TimedCount__Output | null);
  'computeOutput': (_pareto_v1_TimedCount__Output | null);
  'batches': (_pareto_v1_BatchCount__Output)[];
  'lastInferenceAgeMs'?: (number);
  '_lastInferenceAgeMs'?: "lastInferenceAgeMs";
}
