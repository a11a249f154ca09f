// Original file: protos/pareto/v1/registry.proto


export interface RestoreResponse {
  'tasks'?: (number) | undefined;
  'architectures'?: (number) | undefined;
  'missingFiles'?: (number) | undefined;
}

export interface RestoreResponse__Output {
  'tasks': (number);
  'architectures': (number);
  'missingFiles': (number);
}
