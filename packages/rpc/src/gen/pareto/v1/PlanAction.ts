// Original file: protos/pareto/v1/fleet.proto


export interface PlanAction {
  'kind'?: (string);
  'variant'?: (string);
  'worker'?: (string);
  'reason'?: (string);
  'ageMs'?: (number | string);
}

export interface PlanAction__Output {
  'kind': (string);
  'variant': (string);
  'worker': (string);
  'reason': (string);
  'ageMs': (number);
}
