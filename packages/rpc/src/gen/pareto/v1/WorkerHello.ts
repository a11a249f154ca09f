// Original file: protos/pareto/v1/fleet.proto

import type { SlotGroup as _pareto_v1_SlotGroup, SlotGroup__Output as _pareto_v1_SlotGroup__Output } from '../../pareto/v1/SlotGroup.js';
import type { Long } from '@grpc/proto-loader';

export interface WorkerHello {
  'workerId'?: (string);
  'incarnation'?: (string);
  'address'?: (string);
  'slotGroups'?: (_pareto_v1_SlotGroup)[];
  'memoryBytes'?: (number | string | Long);
  'runtimeVersion'?: (string);
}

export interface WorkerHello__Output {
  'workerId': (string);
  'incarnation': (string);
  'address': (string);
  'slotGroups': (_pareto_v1_SlotGroup__Output)[];
  'memoryBytes': (number);
  'runtimeVersion': (string);
}
