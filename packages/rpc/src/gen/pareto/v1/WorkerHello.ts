// Original file: protos/pareto/v1/fleet.proto

import type { SlotGroup as _pareto_v1_SlotGroup, SlotGroup__Output as _pareto_v1_SlotGroup__Output } from '../../pareto/v1/SlotGroup.js';
import type { Long } from '@grpc/proto-loader';

export interface WorkerHello {
  'workerId'?: (string) | undefined;
  'incarnation'?: (string) | undefined;
  'address'?: (string) | undefined;
  'slotGroups'?: readonly (_pareto_v1_SlotGroup)[] | undefined;
  'memoryBytes'?: (number | string | Long) | undefined;
  'runtimeVersion'?: (string) | undefined;
  'acceptsChanges'?: (boolean) | undefined;
}

export interface WorkerHello__Output {
  'workerId': (string);
  'incarnation': (string);
  'address': (string);
  'slotGroups': (_pareto_v1_SlotGroup__Output)[];
  'memoryBytes': (number);
  'runtimeVersion': (string);
  'acceptsChanges': (boolean);
}
