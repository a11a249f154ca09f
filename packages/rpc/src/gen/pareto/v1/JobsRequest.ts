// Original file: protos/pareto/v1/registry.proto


export interface JobsRequest {
  'name'?: (string) | undefined;
}

export interface JobsRequest__Output {
  'name': (string);
}
