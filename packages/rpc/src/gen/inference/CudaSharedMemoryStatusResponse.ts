// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface _inference_CudaSharedMemoryStatusResponse_RegionStatus {
  'name'?: (string) | undefined;
  'deviceId'?: (number | string | Long) | undefined;
  'byteSize'?: (number | string | Long) | undefined;
}

export interface _inference_CudaSharedMemoryStatusResponse_RegionStatus__Output {
  'name': (string);
  'deviceId': (number);
  'byteSize': (number);
}

export interface CudaSharedMemoryStatusResponse {
  'regions'?: ({readonly [key: string]: _inference_CudaSharedMemoryStatusResponse_RegionStatus}) | undefined;
}

export interface CudaSharedMemoryStatusResponse__Output {
  'regions': ({[key: string]: _inference_CudaSharedMemoryStatusResponse_RegionStatus__Output});
}
