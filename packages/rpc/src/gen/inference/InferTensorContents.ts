// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface InferTensorContents {
  'boolContents'?: readonly (boolean)[] | undefined;
  'intContents'?: readonly (number)[] | undefined;
  'int64Contents'?: readonly (number | string | Long)[] | undefined;
  'uintContents'?: readonly (number)[] | undefined;
  'uint64Contents'?: readonly (number | string | Long)[] | undefined;
  'fp32Contents'?: readonly (number | string)[] | undefined;
  'fp64Contents'?: readonly (number | string)[] | undefined;
  'bytesContents'?: readonly (Buffer | Uint8Array | string)[] | undefined;
}

export interface InferTensorContents__Output {
  'boolContents': (boolean)[];
  'intContents': (number)[];
  'int64Contents': (number)[];
  'uintContents': (number)[];
  'uint64Contents': (number)[];
  'fp32Contents': (number)[];
  'fp64Contents': (number)[];
  'bytesContents': (Buffer)[];
}
