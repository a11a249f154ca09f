// Original file: protos/pareto/v1/fleet.proto


export interface DrainRequest {
  'workerId'?: (string) | undefined;
  'undrain'?: (boolean) | undefined;
}

export interface DrainRequest__Output {
  'workerId': (string);
  'undrain': (boolean);
}
