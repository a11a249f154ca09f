// Original file: protos/pareto/v1/fleet.proto

import type { SlotGroup as _pareto_v1_SlotGroup, SlotGroup__Output as _pareto_v1_SlotGroup__Output } from '../../pareto/v1/SlotGroup.js';
import type { ReplicaReport as _pareto_v1_ReplicaReport, ReplicaReport__Output as _pareto_v1_ReplicaReport__Output } from '../../pareto/v1/ReplicaReport.js';
import type { Long } from '@grpc/proto-loader';

export interface Worker {
  'workerId'?: (string) | undefined;
  'address'?: (string) | undefined;
  'connected'?: (boolean) | undefined;
  'draining'?: (boolean) | undefined;
  'slotGroups'?: readonly (_pareto_v1_SlotGroup)[] | undefined;
  'memoryBytes'?: (number | string | Long) | undefined;
  'memoryUsedBytes'?: (number | string | Long) | undefined;
  'replicas'?: readonly (_pareto_v1_ReplicaReport)[] | undefined;
  'measuring'?: (string) | undefined;
  'usdPerHour'?: (number | string) | undefined;
  'progress'?: (string) | undefined;
  'awaited'?: (boolean) | undefined;
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
  'awaited': (boolean);
}
