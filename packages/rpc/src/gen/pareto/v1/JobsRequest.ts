// Original file: protos/pareto/v1/registry.proto


export interface JobsRequest {
  'name'?: (string);
}

export interface JobsRequest__Output {
  'name': (string);
}
