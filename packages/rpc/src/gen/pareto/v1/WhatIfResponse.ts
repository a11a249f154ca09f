// Original file: protos/pareto/v1/inference.proto

import type { Candidate as _pareto_v1_Candidate, Candidate__Output as _pareto_v1_Candidate__Output } from '../../pareto/v1/Candidate.js';
import type { Objective as _pareto_v1_Objective, Objective__Output as _pareto_v1_Objective__Output } from '../../pareto/v1/Objective.js';

export interface WhatIfResponse {
  'feasible'?: (boolean) | undefined;
  'warm'?: (boolean) | undefined;
  'candidates'?: readonly (_pareto_v1_Candidate)[] | undefined;
  'nearest'?: (_pareto_v1_Objective | null) | undefined;
  'nearestBy'?: (_pareto_v1_Candidate | null) | undefined;
  'reason'?: (string) | undefined;
}

export interface WhatIfResponse__Output {
  'feasible': (boolean);
  'warm': (boolean);
  'candidates': (_pareto_v1_Candidate__Output)[];
  'nearest': (_pareto_v1_Objective__Output | null);
  'nearestBy': (_pareto_v1_Candidate__Output | null);
  'reason': (string);
}
