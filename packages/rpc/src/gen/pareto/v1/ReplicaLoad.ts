// Original file: protos/pareto/v1/execution.proto

import type { ReplicaState as _pareto_v1_ReplicaState, ReplicaState__Output as _pareto_v1_ReplicaState__Output } from '../../pareto/v1/ReplicaState.js';

export interface ReplicaLoad {
  'replicaId'?: (string) | undefined;
  'state'?: (_pareto_v1_ReplicaState) | undefined;
  'queuedItems'?: (number) | undefined;
  'runningItems'?: (number) | undefined;
  'backlogMs'?: (number | string) | undefined;
  'itemMs'?: (number | string) | undefined;
  'typical'?: (number | string) | undefined;
  'slow'?: (number | string) | undefined;
  'interfered'?: (boolean) | undefined;
}

export interface ReplicaLoad__Output {
  'replicaId': (string);
  'state': (_pareto_v1_ReplicaState__Output);
  'queuedItems': (number);
  'runningItems': (number);
  'backlogMs': (number);
  'itemMs': (number);
  'typical': (number);
  'slow': (number);
  'interfered': (boolean);
}
