// Original file: protos/pareto/v1/routes.proto


export interface ReachedWorker {
  'workerId'?: (string) | undefined;
  'incarnation'?: (string) | undefined;
}

export interface ReachedWorker__Output {
  'workerId': (string);
  'incarnation': (string);
}
