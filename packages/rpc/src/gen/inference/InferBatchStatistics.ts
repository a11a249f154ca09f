// Original file: protos/inference.proto

import type { StatisticDuration as _inference_StatisticDuration, StatisticDuration__Output as _inference_StatisticDuration__Output } from '../inference/StatisticDuration.js';
import type { Long } from '@grpc/proto-loader';

export interface InferBatchStatistics {
  'batchSize'?: (number | string | Long) | undefined;
  'computeInput'?: (_inference_StatisticDuration | null) | undefined;
  'computeInfer'?: (_inference_StatisticDuration | null) | undefined;
  'computeOutput'?: (_inference_StatisticDuration | null) | undefined;
}

export interface InferBatchStatistics__Output {
  'batchSize': (number);
  'computeInput': (_inference_StatisticDuration__Output | null);
  'computeInfer': (_inference_StatisticDuration__Output | null);
  'computeOutput': (_inference_StatisticDuration__Output | null);
}
