// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface _inference_SystemSharedMemoryStatusResponse_RegionStatus {
  'name'?: (string) | undefined;
  'key'?: (string) | undefined;
  'offset'?: (number | string | Long) | undefined;
  'byteSize'?: (number | string | Long) | undefined;
}

export interface _inference_SystemSharedMemoryStatusResponse_RegionStatus__Output {
  'name': (string);
  'key': (string);
  'offset': (number);
  'byteSize': (number);
}

export interface SystemSharedMemoryStatusResponse {
  'regions'?: ({readonly [key: string]: _inference_SystemSharedMemoryStatusResponse_RegionStatus}) | undefined;
}

export interface SystemSharedMemoryStatusResponse__Output {
  'regions': ({[key: string]: _inference_SystemSharedMemoryStatusResponse_RegionStatus__Output});
}
