// Original file: protos/inference.proto


export interface CudaSharedMemoryStatusRequest {
  'name'?: (string) | undefined;
}

export interface CudaSharedMemoryStatusRequest__Output {
  'name': (string);
}
