// Original file: protos/pareto/v1/routes.proto

import type { ReplicaState as _pareto_v1_ReplicaState, ReplicaState__Output as _pareto_v1_ReplicaState__Output } from '../../pareto/v1/ReplicaState.js';

export interface ReplicaRow {
  'replicaId'?: (string) | undefined;
  'variant'?: (string) | undefined;
  'version'?: (number) | undefined;
  'hardwareClass'?: (string) | undefined;
  'workerId'?: (string) | undefined;
  'address'?: (string) | undefined;
  'state'?: (_pareto_v1_ReplicaState) | undefined;
  'batchCeiling'?: (number) | undefined;
}

export interface ReplicaRow__Output {
  'replicaId': (string);
  'variant': (string);
  'version': (number);
  'hardwareClass': (string);
  'workerId': (string);
  'address': (string);
  'state': (_pareto_v1_ReplicaState__Output);
  'batchCeiling': (number);
}
