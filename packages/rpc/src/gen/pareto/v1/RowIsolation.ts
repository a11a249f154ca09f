// Original file: protos/pareto/v1/registry.proto


export interface RowIsolation {
  'verdict'?: (string) | undefined;
  'maxBatch'?: (number) | undefined;
  'reason'?: (string) | undefined;
  'live'?: (boolean) | undefined;
}

export interface RowIsolation__Output {
  'verdict': (string);
  'maxBatch': (number);
  'reason': (string);
  'live': (boolean);
}
