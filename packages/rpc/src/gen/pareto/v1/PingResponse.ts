// Original file: protos/pareto/v1/execution.proto

import type { ReplicaLoad as _pareto_v1_ReplicaLoad, ReplicaLoad__Output as _pareto_v1_ReplicaLoad__Output } from '../../pareto/v1/ReplicaLoad.js';

export interface PingResponse {
  'workerId'?: (string) | undefined;
  'incarnation'?: (string) | undefined;
  'draining'?: (boolean) | undefined;
  'replicas'?: readonly (_pareto_v1_ReplicaLoad)[] | undefined;
  'decisionVersion'?: (number) | undefined;
}

export interface PingResponse__Output {
  'workerId': (string);
  'incarnation': (string);
  'draining': (boolean);
  'replicas': (_pareto_v1_ReplicaLoad__Output)[];
  'decisionVersion': (number);
}
