// Original file: protos/pareto/v1/fleet.proto

import type { ReplicaState as _pareto_v1_ReplicaState, ReplicaState__Output as _pareto_v1_ReplicaState__Output } from '../../pareto/v1/ReplicaState.js';
import type { InferCounts as _pareto_v1_InferCounts, InferCounts__Output as _pareto_v1_InferCounts__Output } from '../../pareto/v1/InferCounts.js';
import type { Long } from '@grpc/proto-loader';

export interface ReplicaReport {
  'replicaId'?: (string);
  'variant'?: (string);
  'state'?: (_pareto_v1_ReplicaState);
  'reason'?: (string);
  'loadMs'?: (number | string);
  'memoryBytes'?: (number | string | Long);
  'queuedItems'?: (number);
  'runningItems'?: (number);
  'requests'?: (number | string | Long);
  'items'?: (number | string | Long);
  'executions'?: (number | string | Long);
  'failures'?: (number | string | Long);
  'busyUs'?: (number | string | Long);
  'executorDeaths'?: (number);
  'quarantined'?: (boolean);
  'version'?: (number);
  'poisonousQueries'?: (number);
  'counts'?: (_pareto_v1_InferCounts | null);
}

export interface ReplicaReport__Output {
  'replicaId': (string);
  'variant': (string);
  'state': (_pareto_v1_ReplicaState__Output);
  'reason': (string);
  'loadMs': (number);
  'memoryBytes': (number);
  'queuedItems': (number);
  'runningItems': (number);
  'requests': (number);
  'items': (number);
  'executions': (number);
  'failures': (number);
  'busyUs': (number);
  'executorDeaths': (number);
  'quarantined': (boolean);
  'version': (number);
  'poisonousQueries': (number);
  'counts': (_pareto_v1_InferCounts__Output | null);
}
