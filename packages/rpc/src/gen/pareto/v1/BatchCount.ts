// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface BatchCount {
  'batchSize'?: (number) | undefined;
  'executions'?: (number | string | Long) | undefined;
  'computeInputNs'?: (number | string | Long) | undefined;
  'computeInferNs'?: (number | string | Long) | undefined;
  'computeOutputNs'?: (number | string | Long) | undefined;
}

export interface BatchCount__Output {
  'batchSize': (number);
  'executions': (number);
  'computeInputNs': (number);
  'computeInferNs': (number);
  'computeOutputNs': (number);
}
