// Original file: protos/inference.proto


export interface ServerMetadataResponse {
  'name'?: (string) | undefined;
  'version'?: (string) | undefined;
  'extensions'?: readonly (string)[] | undefined;
}

export interface ServerMetadataResponse__Output {
  'name': (string);
  'version': (string);
  'extensions': (string)[];
}
