// Original file: protos/inference.proto


export interface ModelMetadataRequest {
  'name'?: (string) | undefined;
  'version'?: (string) | undefined;
}

export interface ModelMetadataRequest__Output {
  'name': (string);
  'version': (string);
}
