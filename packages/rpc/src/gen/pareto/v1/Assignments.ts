// Original file: protos/pareto/v1/fleet.proto

import type { ReplicaAssignment as _pareto_v1_ReplicaAssignment, ReplicaAssignment__Output as _pareto_v1_ReplicaAssignment__Output } from '../../pareto/v1/ReplicaAssignment.js';
import type { MeasureOrder as _pareto_v1_MeasureOrder, MeasureOrder__Output as _pareto_v1_MeasureOrder__Output } from '../../pareto/v1/MeasureOrder.js';
import type { MakeOrder as _pareto_v1_MakeOrder, MakeOrder__Output as _pareto_v1_MakeOrder__Output } from '../../pareto/v1/MakeOrder.js';
import type { Long } from '@grpc/proto-loader';

export interface Assignments {
  'revision'?: (number | string | Long) | undefined;
  'replicas'?: readonly (_pareto_v1_ReplicaAssignment)[] | undefined;
  'measures'?: readonly (_pareto_v1_MeasureOrder)[] | undefined;
  'keepUnlisted'?: (boolean) | undefined;
  'makes'?: readonly (_pareto_v1_MakeOrder)[] | undefined;
  'onlyChanges'?: (boolean) | undefined;
  'removed'?: readonly (string)[] | undefined;
}

export interface Assignments__Output {
  'revision': (number);
  'replicas': (_pareto_v1_ReplicaAssignment__Output)[];
  'measures': (_pareto_v1_MeasureOrder__Output)[];
  'keepUnlisted': (boolean);
  'makes': (_pareto_v1_MakeOrder__Output)[];
  'onlyChanges': (boolean);
  'removed': (string)[];
}
