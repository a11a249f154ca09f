// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface UploadResponse {
  'digest'?: (string) | undefined;
  'sizeBytes'?: (number | string | Long) | undefined;
}

export interface UploadResponse__Output {
  'digest': (string);
  'sizeBytes': (number);
}
