// Original file: protos/inference.proto

import type { InferParameter as _inference_InferParameter, InferParameter__Output as _inference_InferParameter__Output } from '../inference/InferParameter.js';
import type { InferTensorContents as _inference_InferTensorContents, InferTensorContents__Output as _inference_InferTensorContents__Output } from '../inference/InferTensorContents.js';
import type { Long } from '@grpc/proto-loader';

export interface _inference_ModelInferResponse_InferOutputTensor {
  'name'?: (string) | undefined;
  'datatype'?: (string) | undefined;
  'shape'?: readonly (number | string | Long)[] | undefined;
  'parameters'?: ({readonly [key: string]: _inference_InferParameter}) | undefined;
  'contents'?: (_inference_InferTensorContents | null) | undefined;
}

export interface _inference_ModelInferResponse_InferOutputTensor__Output {
  'name': (string);
  'datatype': (string);
  'shape': (number)[];
  'parameters': ({[key: string]: _inference_InferParameter__Output});
  'contents': (_inference_InferTensorContents__Output | null);
}

export interface ModelInferResponse {
  'modelName'?: (string) | undefined;
  'modelVersion'?: (string) | undefined;
  'id'?: (string) | undefined;
  'parameters'?: ({readonly [key: string]: _inference_InferParameter}) | undefined;
  'outputs'?: readonly (_inference_ModelInferResponse_InferOutputTensor)[] | undefined;
  'rawOutputContents'?: readonly (Buffer | Uint8Array | string)[] | undefined;
}

export interface ModelInferResponse__Output {
  'modelName': (string);
  'modelVersion': (string);
  'id': (string);
  'parameters': ({[key: string]: _inference_InferParameter__Output});
  'outputs': (_inference_ModelInferResponse_InferOutputTensor__Output)[];
  'rawOutputContents': (Buffer)[];
}
