// Original file: protos/pareto/v1/registry.proto


export interface StatRequest {
  'digest'?: (string) | undefined;
}

export interface StatRequest__Output {
  'digest': (string);
}
