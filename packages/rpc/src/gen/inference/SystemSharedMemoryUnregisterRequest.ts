// Original file: protos/inference.proto


export interface SystemSharedMemoryUnregisterRequest {
  'name'?: (string) | undefined;
}

export interface SystemSharedMemoryUnregisterRequest__Output {
  'name': (string);
}
