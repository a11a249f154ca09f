// Original file: protos/inference.proto


export interface ModelConfigRequest {
  'name'?: (string) | undefined;
  'version'?: (string) | undefined;
}

export interface ModelConfigRequest__Output {
  'name': (string);
  'version': (string);
}
