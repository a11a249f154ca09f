// Original file: protos/pareto/v1/inference.proto

import type { Objective as _pareto_v1_Objective, Objective__Output as _pareto_v1_Objective__Output } from '../../pareto/v1/Objective.js';

export interface WhatIfRequest {
  'target'?: (string) | undefined;
  'objective'?: (_pareto_v1_Objective | null) | undefined;
}

export interface WhatIfRequest__Output {
  'target': (string);
  'objective': (_pareto_v1_Objective__Output | null);
}
