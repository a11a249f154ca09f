// Original file: protos/pareto/v1/fleet.proto

import type { LimitCount as _pareto_v1_LimitCount, LimitCount__Output as _pareto_v1_LimitCount__Output } from '../../pareto/v1/LimitCount.js';

export interface ReachedLimits {
  'service'?: (string) | undefined;
  'id'?: (string) | undefined;
  'limits'?: readonly (_pareto_v1_LimitCount)[] | undefined;
}

export interface ReachedLimits__Output {
  'service': (string);
  'id': (string);
  'limits': (_pareto_v1_LimitCount__Output)[];
}
