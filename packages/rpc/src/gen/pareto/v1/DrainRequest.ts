// Original file: protos/pareto/v1/fleet.proto


export interface DrainRequest {
  'workerId'?: (string);
  'undrain'?: (boolean);
}

export interface DrainRequest__Output {
  'workerId': (string);
  'undrain': (boolean);
}
