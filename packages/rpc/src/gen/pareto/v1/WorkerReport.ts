// Original file: protos/pareto/v1/fleet.proto

import type { ReplicaReport as _pareto_v1_ReplicaReport, ReplicaReport__Output as _pareto_v1_ReplicaReport__Output } from '../../pareto/v1/ReplicaReport.js';
import type { LimitCount as _pareto_v1_LimitCount, LimitCount__Output as _pareto_v1_LimitCount__Output } from '../../pareto/v1/LimitCount.js';
import type { Measurement as _pareto_v1_Measurement, Measurement__Output as _pareto_v1_Measurement__Output } from '../../pareto/v1/Measurement.js';
import type { ObservedShapes as _pareto_v1_ObservedShapes, ObservedShapes__Output as _pareto_v1_ObservedShapes__Output } from '../../pareto/v1/ObservedShapes.js';
import type { Long } from '@grpc/proto-loader';

export interface WorkerReport {
  'replicas'?: readonly (_pareto_v1_ReplicaReport)[] | undefined;
  'memoryUsedBytes'?: (number | string | Long) | undefined;
  'draining'?: (boolean) | undefined;
  'measuring'?: (string) | undefined;
  'controllerAgeMs'?: (number | string | Long) | undefined;
  'progress'?: (string) | undefined;
  'reportNowSequence'?: (number | string | Long) | undefined;
  'limitsReached'?: readonly (_pareto_v1_LimitCount)[] | undefined;
  'provisional'?: readonly (_pareto_v1_Measurement)[] | undefined;
  'shapes'?: readonly (_pareto_v1_ObservedShapes)[] | undefined;
  'onlyChanges'?: (boolean) | undefined;
  'removed'?: readonly (string)[] | undefined;
}

export interface WorkerReport__Output {
  'replicas': (_pareto_v1_ReplicaReport__Output)[];
  'memoryUsedBytes': (number);
  'draining': (boolean);
  'measuring': (string);
  'controllerAgeMs': (number);
  'progress': (string);
  'reportNowSequence': (number);
  'limitsReached': (_pareto_v1_LimitCount__Output)[];
  'provisional': (_pareto_v1_Measurement__Output)[];
  'shapes': (_pareto_v1_ObservedShapes__Output)[];
  'onlyChanges': (boolean);
  'removed': (string)[];
}
