// Original file: protos/pareto/v1/registry.proto


export interface ProfileRequest {
  'variant'?: (string) | undefined;
}

export interface ProfileRequest__Output {
  'variant': (string);
}
