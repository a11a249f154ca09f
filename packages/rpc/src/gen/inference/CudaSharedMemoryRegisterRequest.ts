// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface CudaSharedMemoryRegisterRequest {
  'name'?: (string) | undefined;
  'rawHandle'?: (Buffer | Uint8Array | string) | undefined;
  'deviceId'?: (number | string | Long) | undefined;
  'byteSize'?: (number | string | Long) | undefined;
}

export interface CudaSharedMemoryRegisterRequest__Output {
  'name': (string);
  'rawHandle': (Buffer);
  'deviceId': (number);
  'byteSize': (number);
}
