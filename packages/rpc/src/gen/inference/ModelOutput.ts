// Original file: protos/inference.proto

import type { DataType as _inference_DataType, DataType__Output as _inference_DataType__Output } from '../inference/DataType.js';
import type { Long } from '@grpc/proto-loader';

export interface ModelOutput {
  'name'?: (string) | undefined;
  'dataType'?: (_inference_DataType) | undefined;
  'dims'?: readonly (number | string | Long)[] | undefined;
  'labelFilename'?: (string) | undefined;
}

export interface ModelOutput__Output {
  'name': (string);
  'dataType': (_inference_DataType__Output);
  'dims': (number)[];
  'labelFilename': (string);
}
