// Original file: protos/pareto/v1/registry.proto


export interface SetRuleRequest {
  'kind'?: (string) | undefined;
  'task'?: (string) | undefined;
  'target'?: (string) | undefined;
  'reason'?: (string) | undefined;
  'actor'?: (string) | undefined;
  'durationMs'?: (number | string) | undefined;
}

export interface SetRuleRequest__Output {
  'kind': (string);
  'task': (string);
  'target': (string);
  'reason': (string);
  'actor': (string);
  'durationMs': (number);
}
