// Original file: protos/pareto/v1/fleet.proto

import type { TimedCount as _pareto_v1_TimedCount, TimedCount__Output as _pareto_v1_TimedCount__Output } from '../../pareto/v1/TimedCount.js';
import type { BatchCount as _pareto_v1_BatchCount, BatchCount__Output as _pareto_v1_BatchCount__Output } from '../../pareto/v1/BatchCount.js';

export interface InferCounts {
  'success'?: (_pareto_v1_TimedCount | null) | undefined;
  'fail'?: (_pareto_v1_TimedCount | null) | undefined;
  'queue'?: (_pareto_v1_TimedCount | null) | undefined;
  'computeInput'?: (_pareto_v1_TimedCount | null) | undefined;
  'computeInfer'?: (_pareto_v1_TimedCount | null) | undefined;
  'computeOutput'?: (_pareto_v1_TimedCount | null) | undefined;
  'batches'?: readonly (_pareto_v1_BatchCount)[] | undefined;
  'lastInferenceAgeMs'?: (number | string) | undefined;
  '_lastInferenceAgeMs'?: "lastInferenceAgeMs" | undefined;
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
