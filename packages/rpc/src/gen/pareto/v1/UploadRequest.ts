// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface UploadRequest {
  'digest'?: (string);
  'sizeBytes'?: (number | string | Long);
  'offset'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
}

export interface UploadRequest__Output {
  'digest': (string);
  'sizeBytes': (number);
  'offset': (number);
  'data': (Buffer);
}
