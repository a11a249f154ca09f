// Original file: protos/pareto/v1/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface Tensor {
  'name'?: (string) | undefined;
  'datatype'?: (string) | undefined;
  'shape'?: readonly (number | string | Long)[] | undefined;
  'contents'?: (Buffer | Uint8Array | string) | undefined;
}

export interface Tensor__Output {
  'name': (string);
  'datatype': (string);
  'shape': (number)[];
  'contents': (Buffer);
}
