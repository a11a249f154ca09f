// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface LimitCount {
  'limit'?: (string) | undefined;
  'count'?: (number | string | Long) | undefined;
}

export interface LimitCount__Output {
  'limit': (string);
  'count': (number);
}
