// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface StatResponse {
  'complete'?: (boolean) | undefined;
  'receivedBytes'?: (number | string | Long) | undefined;
}

export interface StatResponse__Output {
  'complete': (boolean);
  'receivedBytes': (number);
}
