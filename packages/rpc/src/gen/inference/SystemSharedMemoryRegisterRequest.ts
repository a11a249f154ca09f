// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface SystemSharedMemoryRegisterRequest {
  'name'?: (string) | undefined;
  'key'?: (string) | undefined;
  'offset'?: (number | string | Long) | undefined;
  'byteSize'?: (number | string | Long) | undefined;
}

export interface SystemSharedMemoryRegisterRequest__Output {
  'name': (string);
  'key': (string);
  'offset': (number);
  'byteSize': (number);
}
