// Original file: protos/pareto/v1/inference.proto


export interface Accuracy {
  'metric'?: (string);
  'value'?: (number | string);
  'lower95'?: (number | string);
  'upper95'?: (number | string);
  'samples'?: (number);
}

export interface Accuracy__Output {
  'metric': (string);
  'value': (number);
  'lower95': (number);
  'upper95': (number);
  'samples': (number);
}
