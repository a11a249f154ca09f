// Original file: protos/pareto/v1/routes.proto


export interface WorkerReach {
  'unreachableWorkers'?: readonly (string)[] | undefined;
}

export interface WorkerReach__Output {
  'unreachableWorkers': (string)[];
}
