// Original file: protos/pareto/v1/registry.proto


export interface LiftRuleRequest {
  'id'?: (string);
  'actor'?: (string);
}

export interface LiftRuleRequest__Output {
  'id': (string);
  'actor': (string);
}
