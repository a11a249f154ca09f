// Original file: protos/inference.proto


export interface CudaSharedMemoryUnregisterRequest {
  'name'?: (string) | undefined;
}

export interface CudaSharedMemoryUnregisterRequest__Output {
  'name': (string);
}
