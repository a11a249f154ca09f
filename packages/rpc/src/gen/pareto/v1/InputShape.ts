// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface InputShape {
  'name'?: (string) | undefined;
  'dims'?: readonly (number | string | Long)[] | undefined;
}

export interface InputShape__Output {
  'name': (string);
  'dims': (number)[];
}
