// Original file: protos/pareto/v1/routes.proto


export interface SetWarmthRequest {
  'tenant'?: (string) | undefined;
  'target'?: (string) | undefined;
  'warm'?: (boolean) | undefined;
}

export interface SetWarmthRequest__Output {
  'tenant': (string);
  'target': (string);
  'warm': (boolean);
}
