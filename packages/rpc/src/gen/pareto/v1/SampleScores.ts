// Original file: protos/pareto/v1/registry.proto


export interface SampleScores {
  'set'?: (string) | undefined;
  'count'?: (number) | undefined;
  'bits'?: (number) | undefined;
  'low'?: (number | string) | undefined;
  'high'?: (number | string) | undefined;
  'codes'?: (string) | undefined;
}

export interface SampleScores__Output {
  'set': (string);
  'count': (number);
  'bits': (number);
  'low': (number);
  'high': (number);
  'codes': (string);
}
