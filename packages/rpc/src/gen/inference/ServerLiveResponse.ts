// Original file: protos/inference.proto


export interface ServerLiveResponse {
  'live'?: (boolean) | undefined;
}

export interface ServerLiveResponse__Output {
  'live': (boolean);
}
