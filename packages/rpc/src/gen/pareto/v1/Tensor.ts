// Original file: protos/pareto/v1/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface Tensor {
  'name'?: (string);
  'datatype'?: (string);
  'shape'?: (number | string | Long)[];
  'contents'?: (Buffer | Uint8Array | string);
}

export interface Tensor__Output {
  'name': (string);
  'datatype': (string);
  'shape': (number)[];
  'contents': (Buffer);
}
