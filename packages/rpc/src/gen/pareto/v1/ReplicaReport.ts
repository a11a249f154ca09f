// Original file: protos/pareto/v1/fleet.proto

import type { ReplicaState as _pareto_v1_ReplicaState, ReplicaState__Output as _pareto_v1_ReplicaState__Output } from '../../pareto/v1/ReplicaState.js';
import type { InferCounts as _pareto_v1_InferCounts, InferCounts__Output as _pareto_v1_InferCounts__Output } from '../../pareto/v1/InferCounts.js';
import type { PlacementReason as _pareto_v1_PlacementReason, PlacementReason__Output as _pareto_v1_PlacementReason__Output } from '../../pareto/v1/PlacementReason.js';
import type { Long } from '@grpc/proto-loader';

export interface ReplicaReport {
  'replicaId'?: (string) | undefined;
  'variant'?: (string) | undefined;
  'state'?: (_pareto_v1_ReplicaState) | undefined;
  'reason'?: (string) | undefined;
  'loadMs'?: (number | string) | undefined;
  'memoryBytes'?: (number | string | Long) | undefined;
  'queuedItems'?: (number) | undefined;
  'runningItems'?: (number) | undefined;
  'requests'?: (number | string | Long) | undefined;
  'items'?: (number | string | Long) | undefined;
  'executions'?: (number | string | Long) | undefined;
  'failures'?: (number | string | Long) | undefined;
  'busyUs'?: (number | string | Long) | undefined;
  'executorDeaths'?: (number) | undefined;
  'quarantined'?: (boolean) | undefined;
  'version'?: (number) | undefined;
  'poisonousQueries'?: (number) | undefined;
  'counts'?: (_pareto_v1_InferCounts | null) | undefined;
  'placement'?: (_pareto_v1_PlacementReason | null) | undefined;
  'interfered'?: (boolean) | undefined;
  'checkedRows'?: (number | string | Long) | undefined;
  'mixedReason'?: (string) | undefined;
  'comparedRows'?: (number | string | Long) | undefined;
  'agreedRows'?: (number | string) | undefined;
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
  'placement': (_pareto_v1_PlacementReason__Output | null);
  'interfered': (boolean);
  'checkedRows': (number);
  'mixedReason': (string);
  'comparedRows': (number);
  'agreedRows': (number);
}
