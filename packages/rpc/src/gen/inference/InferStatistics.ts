// Original file: protos/inference.proto

import type { StatisticDuration as _inference_StatisticDuration, StatisticDuration__Output as _inference_StatisticDuration__Output } from '../inference/StatisticDuration.js';

export interface InferStatistics {
  'success'?: (_inference_StatisticDuration | null) | undefined;
  'fail'?: (_inference_StatisticDuration | null) | undefined;
  'queue'?: (_inference_StatisticDuration | null) | undefined;
  'computeInput'?: (_inference_StatisticDuration | null) | undefined;
  'computeInfer'?: (_inference_StatisticDuration | null) | undefined;
  'computeOutput'?: (_inference_StatisticDuration | null) | undefined;
  'cacheHit'?: (_inference_StatisticDuration | null) | undefined;
  'cacheMiss'?: (_inference_StatisticDuration | null) | undefined;
}

export interface InferStatistics__Output {
  'success': (_inference_StatisticDuration__Output | null);
  'fail': (_inference_StatisticDuration__Output | null);
  'queue': (_inference_StatisticDuration__Output | null);
  'computeInput': (_inference_StatisticDuration__Output | null);
  'computeInfer': (_inference_StatisticDuration__Output | null);
  'computeOutput': (_inference_StatisticDuration__Output | null);
  'cacheHit': (_inference_StatisticDuration__Output | null);
  'cacheMiss': (_inference_StatisticDuration__Output | null);
}
