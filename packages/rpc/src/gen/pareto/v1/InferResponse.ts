// Original file: protos/pareto/v1/inference.proto

import type { Tensor as _pareto_v1_Tensor, Tensor__Output as _pareto_v1_Tensor__Output } from '../../pareto/v1/Tensor.js';
import type { Accuracy as _pareto_v1_Accuracy, Accuracy__Output as _pareto_v1_Accuracy__Output } from '../../pareto/v1/Accuracy.js';

export interface InferResponse {
  'id'?: (string) | undefined;
  'outputs'?: readonly (_pareto_v1_Tensor)[] | undefined;
  'variant'?: (string) | undefined;
  'accuracy'?: (_pareto_v1_Accuracy | null) | undefined;
  'costUsd'?: (number | string) | undefined;
  'degraded'?: (boolean) | undefined;
  'coldStart'?: (boolean) | undefined;
  'decisionId'?: (string) | undefined;
  'latencyMs'?: (number | string) | undefined;
}

export interface InferResponse__Output {
  'id': (string);
  'outputs': (_pareto_v1_Tensor__Output)[];
  'variant': (string);
  'accuracy': (_pareto_v1_Accuracy__Output | null);
  'costUsd': (number);
  'degraded': (boolean);
  'coldStart': (boolean);
  'decisionId': (string);
  'latencyMs': (number);
}
