// Original file: protos/pareto/v1/fleet.proto

import type { SlotGroup as _pareto_v1_SlotGroup, SlotGroup__Output as _pareto_v1_SlotGroup__Output } from '../../pareto/v1/SlotGroup.js';
import type { ReplicaReport as _pareto_v1_ReplicaReport, ReplicaReport__Output as _pareto_v1_ReplicaReport__Output } from '../../pareto/v1/ReplicaReport.js';
import type { Long } from '@grpc/proto-loader';

export interface Worker {
  'workerId'?: (string);
  'address'?: (string);
  'connected'?: (boolean);
  'draining'?: (boolean);
  'slotGroups'?: (_pareto_v1_SlotGroup)[];
  'memoryBytes'?: (number | string | Long);
  'memoryUsedBytes'?: (number | string | Long);
  'replicas'?: (_pareto_v1_ReplicaReport)[];
  'measuring'?: (string);
  'usdPerHour'?: (number | string);
  'progress'?: (string);
}

export interface Worker__Output {
  'workerId': (string);
  'address': (string);
  'connected': (boolean);
  'draining': (boolean);
  'slotGroups': (_pareto_v1_SlotGroup__Output)[];
  'memoryBytes': (number);
  'memoryUsedBytes': (number);
  'replicas': (_pareto_v1_ReplicaReport__Output)[];
  'measuring': (string);
  'usdPerHour': (number);
  'progress': (string);
}
