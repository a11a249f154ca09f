// Original file: protos/inference.proto


export interface SystemSharedMemoryStatusRequest {
  'name'?: (string) | undefined;
}

export interface SystemSharedMemoryStatusRequest__Output {
  'name': (string);
}
