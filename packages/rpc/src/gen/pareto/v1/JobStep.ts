// Original file: protos/pareto/v1/registry.proto


export interface JobStep {
  'kind'?: (string) | undefined;
  'recipe'?: (string) | undefined;
  'variant'?: (string) | undefined;
  'hardwareClass'?: (string) | undefined;
  'state'?: (string) | undefined;
  'detail'?: (string) | undefined;
  'worker'?: (string) | undefined;
}

export interface JobStep__Output {
  'kind': (string);
  'recipe': (string);
  'variant': (string);
  'hardwareClass': (string);
  'state': (string);
  'detail': (string);
  'worker': (string);
}
