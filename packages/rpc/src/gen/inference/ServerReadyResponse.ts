// Original file: protos/inference.proto


export interface ServerReadyResponse {
  'ready'?: (boolean) | undefined;
}

export interface ServerReadyResponse__Output {
  'ready': (boolean);
}
