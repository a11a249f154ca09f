// Original file: protos/pareto/v1/registry.proto


export interface ProfilePoint {
  'batch'?: (number) | undefined;
  'p50Ms'?: (number | string) | undefined;
  'p95Ms'?: (number | string) | undefined;
  'p99Ms'?: (number | string) | undefined;
  'runs'?: (number) | undefined;
}

export interface ProfilePoint__Output {
  'batch': (number);
  'p50Ms': (number);
  'p95Ms': (number);
  'p99Ms': (number);
  'runs': (number);
}
