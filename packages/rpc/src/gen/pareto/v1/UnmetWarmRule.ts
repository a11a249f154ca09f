// Original file: protos/pareto/v1/fleet.proto


export interface UnmetWarmRule {
  'target'?: (string) | undefined;
  'reason'?: (string) | undefined;
}

export interface UnmetWarmRule__Output {
  'target': (string);
  'reason': (string);
}
