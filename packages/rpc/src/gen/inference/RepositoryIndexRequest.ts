// Original file: protos/inference.proto


export interface RepositoryIndexRequest {
  'repositoryName'?: (string) | undefined;
  'ready'?: (boolean) | undefined;
}

export interface RepositoryIndexRequest__Output {
  'repositoryName': (string);
  'ready': (boolean);
}
