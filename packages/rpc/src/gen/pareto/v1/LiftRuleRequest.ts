// Original file: protos/pareto/v1/registry.proto


export interface LiftRuleRequest {
  'id'?: (string) | undefined;
  'actor'?: (string) | undefined;
}

export interface LiftRuleRequest__Output {
  'id': (string);
  'actor': (string);
}
