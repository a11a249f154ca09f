// Original file: protos/pareto/v1/routes.proto


export interface RuleRow {
  'id'?: (string);
  'kind'?: (string);
  'tenant'?: (string);
  'task'?: (string);
  'target'?: (string);
  'reason'?: (string);
}

export interface RuleRow__Output {
  'id': (string);
  'kind': (string);
  'tenant': (string);
  'task': (string);
  'target': (string);
  'reason': (string);
}
