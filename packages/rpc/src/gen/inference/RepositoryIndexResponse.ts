// Original file: protos/inference.proto


export interface _inference_RepositoryIndexResponse_ModelIndex {
  'name'?: (string) | undefined;
  'version'?: (string) | undefined;
  'state'?: (string) | undefined;
  'reason'?: (string) | undefined;
}

export interface _inference_RepositoryIndexResponse_ModelIndex__Output {
  'name': (string);
  'version': (string);
  'state': (string);
  'reason': (string);
}

export interface RepositoryIndexResponse {
  'models'?: readonly (_inference_RepositoryIndexResponse_ModelIndex)[] | undefined;
}

export interface RepositoryIndexResponse__Output {
  'models': (_inference_RepositoryIndexResponse_ModelIndex__Output)[];
}
