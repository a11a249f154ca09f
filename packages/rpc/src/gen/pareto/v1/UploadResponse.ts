// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface UploadResponse {
  'digest'?: (string);
  'sizeBytes'?: (number | string | Long);
}

export interface UploadResponse__Output {
  'digest': (string);
  'sizeBytes': (number);
}
