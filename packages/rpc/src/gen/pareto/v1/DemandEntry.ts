// Original file: protos/pareto/v1/routes.proto

import type { Objective as _pareto_v1_Objective, Objective__Output as _pareto_v1_Objective__Output } from '../../pareto/v1/Objective.js';
import type { Long } from '@grpc/proto-loader';

export interface DemandEntry {
  'tenant'?: (string);
  'target'?: (string);
  'objective'?: (_pareto_v1_Objective | null);
  'requests'?: (number | string | Long);
  'items'?: (number | string | Long);
  'refused'?: (number | string | Long);
  'violations'?: (number | string | Long);
  'held'?: (number | string | Long);
  'heldVariant'?: (string);
  'itemsByVariant'?: ({[key: string]: number | string | Long});
  'latencyCounts'?: ({[key: number]: number | string | Long});
  'failed'?: (number | string | Long);
}

export interface DemandEntry__Output {
  'tenant': (string);
  'target': (string);
  'objective': (_pareto_v1_Objective__Output | null);
  'requests': (number);
  'items': (number);
  'refused': (number);
  'violations': (number);
  'held': (number);
  'heldVariant': (string);
  'itemsByVariant': ({[key: string]: number});
  'latencyCounts': ({[key: number]: number});
  'failed': (number);
}
