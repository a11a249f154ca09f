// Original file: protos/pareto/v1/registry.proto


export interface DeleteRequest {
  'name'?: (string) | undefined;
}

export interface DeleteRequest__Output {
  'name': (string);
}
