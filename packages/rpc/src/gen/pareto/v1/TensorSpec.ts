// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface TensorSpec {
  'name'?: (string) | undefined;
  'datatype'?: (string) | undefined;
  'dims'?: readonly (number | string | Long)[] | undefined;
}

export interface TensorSpec__Output {
  'name': (string);
  'datatype': (string);
  'dims': (number)[];
}
