// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface InferParameter {
  'boolParam'?: (boolean) | undefined;
  'int64Param'?: (number | string | Long) | undefined;
  'stringParam'?: (string) | undefined;
  'doubleParam'?: (number | string) | undefined;
  'uint64Param'?: (number | string | Long) | undefined;
  'parameterChoice'?: "boolParam"|"int64Param"|"stringParam"|"doubleParam"|"uint64Param" | undefined;
}

export interface InferParameter__Output {
  'boolParam'?: (boolean);
  'int64Param'?: (number);
  'stringParam'?: (string);
  'doubleParam'?: (number);
  'uint64Param'?: (number);
  'parameterChoice'?: "boolParam"|"int64Param"|"stringParam"|"doubleParam"|"uint64Param";
}
