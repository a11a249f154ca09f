// Original file: protos/pareto/v1/routes.proto


export interface WorkerLost {
  'workerId'?: (string) | undefined;
}

export interface WorkerLost__Output {
  'workerId': (string);
}
