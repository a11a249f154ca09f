// Original file: protos/pareto/v1/routes.proto


export interface SetWarmthRequest {
  'tenant'?: (string);
  'target'?: (string);
  'warm'?: (boolean);
}

export interface SetWarmthRequest__Output {
  'tenant': (string);
  'target': (string);
  'warm': (boolean);
}
