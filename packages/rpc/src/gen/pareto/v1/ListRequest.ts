// Original file: protos/pareto/v1/registry.proto


export interface ListRequest {
  'task'?: (string) | undefined;
}

export interface ListRequest__Output {
  'task': (string);
}
