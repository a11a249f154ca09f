// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface StatResponse {
  'complete'?: (boolean);
  'receivedBytes'?: (number | string | Long);
}

export interface StatResponse__Output {
  'complete': (boolean);
  'receivedBytes': (number);
}
