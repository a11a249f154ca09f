// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface ModelRepositoryParameter {
  'boolParam'?: (boolean) | undefined;
  'int64Param'?: (number | string | Long) | undefined;
  'stringParam'?: (string) | undefined;
  'bytesParam'?: (Buffer | Uint8Array | string) | undefined;
  'parameterChoice'?: "boolParam"|"int64Param"|"stringParam"|"bytesParam" | undefined;
}

export interface ModelRepositoryParameter__Output {
  'boolParam'?: (boolean);
  'int64Param'?: (number);
  'stringParam'?: (string);
  'bytesParam'?: (Buffer);
  'parameterChoice'?: "boolParam"|"int64Param"|"stringParam"|"bytesParam";
}
