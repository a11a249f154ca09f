// Original file: protos/pareto/v1/routes.proto

import type { DemandEntry as _pareto_v1_DemandEntry, DemandEntry__Output as _pareto_v1_DemandEntry__Output } from '../../pareto/v1/DemandEntry.js';
import type { LimitCount as _pareto_v1_LimitCount, LimitCount__Output as _pareto_v1_LimitCount__Output } from '../../pareto/v1/LimitCount.js';

export interface Demand {
  'windowMs'?: (number | string) | undefined;
  'entries'?: readonly (_pareto_v1_DemandEntry)[] | undefined;
  'limitsReached'?: readonly (_pareto_v1_LimitCount)[] | undefined;
}

export interface Demand__Output {
  'windowMs': (number);
  'entries': (_pareto_v1_DemandEntry__Output)[];
  'limitsReached': (_pareto_v1_LimitCount__Output)[];
}
