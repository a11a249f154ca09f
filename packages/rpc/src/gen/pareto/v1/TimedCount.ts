// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface TimedCount {
  'count'?: (number | string | Long) | undefined;
  'ns'?: (number | string | Long) | undefined;
}

export interface TimedCount__Output {
  'count': (number);
  'ns': (number);
}
