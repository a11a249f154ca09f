// Original file: protos/pareto/v1/fleet.proto

import type { ReplicaReport as _pareto_v1_ReplicaReport, ReplicaReport__Output as _pareto_v1_ReplicaReport__Output } from '../../pareto/v1/ReplicaReport.js';
import type { Long } from '@grpc/proto-loader';

export interface WorkerReport {
  'replicas'?: (_pareto_v1_ReplicaReport)[];
  'memoryUsedBytes'?: (number | string | Long);
  'draining'?: (boolean);
  'measuring'?: (string);
  'controllerAgeMs'?: (number | string | Long);
  'progress'?: (string);
  'reportNowSequence'?: (number | string | Long);
}

export interface WorkerReport__Output {
  'replicas': (_pareto_v1_ReplicaReport__Output)[];
  'memoryUsedBytes': (number);
  'draining': (boolean);
  'measuring': (string);
  'controllerAgeMs': (number);
  'progress': (string);
  'reportNowSequence': (number);
}
