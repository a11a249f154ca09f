// Original file: protos/pareto/v1/registry.proto


export interface Rule {
  'id'?: (string);
  'kind'?: (string);
  'tenant'?: (string);
  'task'?: (string);
  'target'?: (string);
  'reason'?: (string);
  'actor'?: (string);
  'ageMs'?: (number | string);
  'remainingMs'?: (number | string);
}

export interface Rule__Output {
  'id': (string);
  'kind': (string);
  'tenant': (string);
  'task': (string);
  'target': (string);
  'reason': (string);
  'actor': (string);
  'ageMs': (number);
  'remainingMs': (number);
}
