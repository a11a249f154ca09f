// Original file: protos/pareto/v1/registry.proto


export interface ProfilePoint {
  'batch'?: (number);
  'p50Ms'?: (number | string);
  'p95Ms'?: (number | string);
  'p99Ms'?: (number | string);
  'runs'?: (number);
}

export interface ProfilePoint__Output {
  'batch': (number);
  'p50Ms': (number);
  'p95Ms': (number);
  'p99Ms': (number);
  'runs': (number);
}
