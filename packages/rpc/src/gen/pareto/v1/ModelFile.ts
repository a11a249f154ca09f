// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface ModelFile {
  'path'?: (string) | undefined;
  'digest'?: (string) | undefined;
  'sizeBytes'?: (number | string | Long) | undefined;
}

export interface ModelFile__Output {
  'path': (string);
  'digest': (string);
  'sizeBytes': (number);
}
