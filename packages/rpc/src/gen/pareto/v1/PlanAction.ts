// Original file: protos/pareto/v1/fleet.proto


export interface PlanAction {
  'kind'?: (string) | undefined;
  'variant'?: (string) | undefined;
  'worker'?: (string) | undefined;
  'reason'?: (string) | undefined;
  'ageMs'?: (number | string) | undefined;
}

export interface PlanAction__Output {
  'kind': (string);
  'variant': (string);
  'worker': (string);
  'reason': (string);
  'ageMs': (number);
}
