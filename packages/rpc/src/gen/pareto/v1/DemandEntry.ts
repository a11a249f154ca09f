// Original file: protos/pareto/v1/routes.proto

import type { Objective as _pareto_v1_Objective, Objective__Output as _pareto_v1_Objective__Output } from '../../pareto/v1/Objective.js';
import type { Long } from '@grpc/proto-loader';

export interface DemandEntry {
  'tenant'?: (string) | undefined;
  'target'?: (string) | undefined;
  'objective'?: (_pareto_v1_Objective | null) | undefined;
  'requests'?: (number | string | Long) | undefined;
  'items'?: (number | string | Long) | undefined;
  'refused'?: (number | string | Long) | undefined;
  'violations'?: (number | string | Long) | undefined;
  'held'?: (number | string | Long) | undefined;
  'heldVariant'?: (string) | undefined;
  'itemsByVariant'?: ({readonly [key: string]: number | string | Long}) | undefined;
  'latencyCounts'?: ({readonly [key: number]: number | string | Long}) | undefined;
  'failed'?: (number | string | Long) | undefined;
  'offeredItems'?: (number | string | Long) | undefined;
  'infeasible'?: (number | string | Long) | undefined;
  '_offeredItems'?: "offeredItems" | undefined;
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
  'offeredItems'?: (number);
  'infeasible': (number);
  '_offeredItems'?: "offeredItems";
}
