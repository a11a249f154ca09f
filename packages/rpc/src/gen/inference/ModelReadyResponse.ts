// Original file: protos/inference.proto


export interface ModelReadyResponse {
  'ready'?: (boolean) | undefined;
}

export interface ModelReadyResponse__Output {
  'ready': (boolean);
}
