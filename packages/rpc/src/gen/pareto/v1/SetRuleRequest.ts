// Original file: protos/pareto/v1/registry.proto


export interface SetRuleRequest {
  'kind'?: (string);
  'task'?: (string);
  'target'?: (string);
  'reason'?: (string);
  'actor'?: (string);
  'durationMs'?: (number | string);
}

export interface SetRuleRequest__Output {
  'kind': (string);
  'task': (string);
  'target': (string);
  'reason': (string);
  'actor': (string);
  'durationMs': (number);
}
