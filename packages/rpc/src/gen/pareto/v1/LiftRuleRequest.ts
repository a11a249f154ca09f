// Original file: protos/pareto/v1/registry.proto


export interface LiftRuleRequest {
  'id'?: (string);
  'by'?: (string);
}

export interface LiftRuleRequest__Output {
  'id': (string);
  'by': (string);
}
