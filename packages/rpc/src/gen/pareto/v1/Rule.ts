// Original file: protos/pareto/v1/registry.proto


export interface Rule {
  'id'?: (string) | undefined;
  'kind'?: (string) | undefined;
  'tenant'?: (string) | undefined;
  'task'?: (string) | undefined;
  'target'?: (string) | undefined;
  'reason'?: (string) | undefined;
  'actor'?: (string) | undefined;
  'ageMs'?: (number | string) | undefined;
  'remainingMs'?: (number | string) | undefined;
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
