// Original file: protos/pareto/v1/routes.proto

import type { DemandEntry as _pareto_v1_DemandEntry, DemandEntry__Output as _pareto_v1_DemandEntry__Output } from '../../pareto/v1/DemandEntry.js';

export interface Demand {
  'windowMs'?: (number | string) | undefined;
  'entries'?: readonly (_pareto_v1_DemandEntry)[] | undefined;
}

export interface Demand__Output {
  'windowMs': (number);
  'entries': (_pareto_v1_DemandEntry__Output)[];
}
