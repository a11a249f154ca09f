// Original file: protos/pareto/v1/fleet.proto


export interface UnmetNeed {
  'variant'?: (string) | undefined;
  'source'?: (string) | undefined;
  'cause'?: (string) | undefined;
  'reason'?: (string) | undefined;
  'ageMs'?: (number | string) | undefined;
}

export interface UnmetNeed__Output {
  'variant': (string);
  'source': (string);
  'cause': (string);
  'reason': (string);
  'ageMs': (number);
}
