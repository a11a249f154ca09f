// Original file: protos/pareto/v1/routes.proto

import type { Long } from '@grpc/proto-loader';

export interface SetWarmthResponse {
  'epoch'?: (string) | undefined;
  'revision'?: (number | string | Long) | undefined;
}

export interface SetWarmthResponse__Output {
  'epoch': (string);
  'revision': (number);
}
