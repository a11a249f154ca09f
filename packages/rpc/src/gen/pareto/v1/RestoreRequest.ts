// Original file: protos/pareto/v1/registry.proto


export interface RestoreRequest {
  'digest'?: (string) | undefined;
}

export interface RestoreRequest__Output {
  'digest': (string);
}
