// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface BatchCount {
  'batchSize'?: (number);
  'executions'?: (number | string | Long);
  'computeInputNs'?: (number | string | Long);
  'computeInferNs'?: (number | string | Long);
  'computeOutputNs'?: (number | string | Long);
}

export interface BatchCount__Output {
  'batchSize': (number);
  'executions': (number);
  'computeInputNs': (number);
  'computeInferNs': (number);
  'computeOutputNs': (number);
}
