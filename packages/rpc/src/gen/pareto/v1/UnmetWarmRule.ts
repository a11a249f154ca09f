// Original file: protos/pareto/v1/fleet.proto


export interface UnmetWarmRule {
  'target'?: (string);
  'reason'?: (string);
}

export interface UnmetWarmRule__Output {
  'target': (string);
  'reason': (string);
}
