// Original file: protos/inference.proto


export interface ModelReadyRequest {
  'name'?: (string) | undefined;
  'version'?: (string) | undefined;
}

export interface ModelReadyRequest__Output {
  'name': (string);
  'version': (string);
}
