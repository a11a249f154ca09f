// Original file: protos/pareto/v1/registry.proto


export interface JobStep {
  'kind'?: (string);
  'recipe'?: (string);
  'variant'?: (string);
  'hardwareClass'?: (string);
  'state'?: (string);
  'detail'?: (string);
  'worker'?: (string);
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
