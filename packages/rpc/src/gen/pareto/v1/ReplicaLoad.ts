// Original file: protos/pareto/v1/execution.proto

import type { ReplicaState as _pareto_v1_ReplicaState, ReplicaState__Output as _pareto_v1_ReplicaState__Output } from '../../pareto/v1/ReplicaState.js';

export interface ReplicaLoad {
  'replicaId'?: (string);
  'state'?: (_pareto_v1_ReplicaState);
  'queuedItems'?: (number);
  'runningItems'?: (number);
  'backlogMs'?: (number | string);
}

export interface ReplicaLoad__Output {
  'replicaId': (string);
  'state': (_pareto_v1_ReplicaState__Output);
  'queuedItems': (number);
  'runningItems': (number);
  'backlogMs': (number);
}
