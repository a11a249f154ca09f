// Original file: protos/pareto/v1/inference.proto


export interface Accuracy {
  'metric'?: (string) | undefined;
  'value'?: (number | string) | undefined;
  'lower95'?: (number | string) | undefined;
  'upper95'?: (number | string) | undefined;
  'samples'?: (number) | undefined;
}

export interface Accuracy__Output {
  'metric': (string);
  'value': (number);
  'lower95': (number);
  'upper95': (number);
  'samples': (number);
}
