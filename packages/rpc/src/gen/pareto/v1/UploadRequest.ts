// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface UploadRequest {
  'digest'?: (string) | undefined;
  'sizeBytes'?: (number | string | Long) | undefined;
  'offset'?: (number | string | Long) | undefined;
  'data'?: (Buffer | Uint8Array | string) | undefined;
}

export interface UploadRequest__Output {
  'digest': (string);
  'sizeBytes': (number);
  'offset': (number);
  'data': (Buffer);
}
