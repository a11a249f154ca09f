// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface ModelFile {
  'path'?: (string);
  'digest'?: (string);
  'sizeBytes'?: (number | string | Long);
}

export interface ModelFile__Output {
  'path': (string);
  'digest': (string);
  'sizeBytes': (number);
}
