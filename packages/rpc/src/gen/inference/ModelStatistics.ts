// Original file: protos/inference.proto

import type { InferStatistics as _inference_InferStatistics, InferStatistics__Output as _inference_InferStatistics__Output } from '../inference/InferStatistics.js';
import type { InferBatchStatistics as _inference_InferBatchStatistics, InferBatchStatistics__Output as _inference_InferBatchStatistics__Output } from '../inference/InferBatchStatistics.js';
import type { Long } from '@grpc/proto-loader';

export interface ModelStatistics {
  'name'?: (string) | undefined;
  'version'?: (string) | undefined;
  'lastInference'?: (number | string | Long) | undefined;
  'inferenceCount'?: (number | string | Long) | undefined;
  'executionCount'?: (number | string | Long) | undefined;
  'inferenceStats'?: (_inference_InferStatistics | null) | undefined;
  'batchStats'?: readonly (_inference_InferBatchStatistics)[] | undefined;
}

export interface ModelStatistics__Output {
  'name': (string);
  'version': (string);
  'lastInference': (number);
  'inferenceCount': (number);
  'executionCount': (number);
  'inferenceStats': (_inference_InferStatistics__Output | null);
  'batchStats': (_inference_InferBatchStatistics__Output)[];
}
