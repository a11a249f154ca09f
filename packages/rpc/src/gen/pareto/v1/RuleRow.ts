// Original file: protos/pareto/v1/routes.proto


export interface RuleRow {
  'id'?: (string) | undefined;
  'kind'?: (string) | undefined;
  'tenant'?: (string) | undefined;
  'task'?: (string) | undefined;
  'target'?: (string) | undefined;
  'reason'?: (string) | undefined;
}

export interface RuleRow__Output {
  'id': (string);
  'kind': (string);
  'tenant': (string);
  'task': (string);
  'target': (string);
  'reason': (string);
}
