// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface _inference_ModelMetadataResponse_TensorMetadata {
  'name'?: (string) | undefined;
  'datatype'?: (string) | undefined;
  'shape'?: readonly (number | string | Long)[] | undefined;
}

export interface _inference_ModelMetadataResponse_TensorMetadata__Output {
  'name': (string);
  'datatype': (string);
  'shape': (number)[];
}

export interface ModelMetadataResponse {
  'name'?: (string) | undefined;
  'versions'?: readonly (string)[] | undefined;
  'platform'?: (string) | undefined;
  'inputs'?: readonly (_inference_ModelMetadataResponse_TensorMetadata)[] | undefined;
  'outputs'?: readonly (_inference_ModelMetadataResponse_TensorMetadata)[] | undefined;
  'properties'?: ({readonly [key: string]: string}) | undefined;
}

export interface ModelMetadataResponse__Output {
  'name': (string);
  'versions': (string)[];
  'platform': (string);
  'inputs': (_inference_ModelMetadataResponse_TensorMetadata__Output)[];
  'outputs': (_inference_ModelMetadataResponse_TensorMetadata__Output)[];
  'properties': ({[key: string]: string});
}
