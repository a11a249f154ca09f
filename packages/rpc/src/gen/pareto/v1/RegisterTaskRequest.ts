// Original file: protos/pareto/v1/registry.proto

import type { Objective as _pareto_v1_Objective, Objective__Output as _pareto_v1_Objective__Output } from '../../pareto/v1/Objective.js';

export interface RegisterTaskRequest {
  'name'?: (string) | undefined;
  'metric'?: (string) | undefined;
  'defaultObjective'?: (_pareto_v1_Objective | null) | undefined;
  'validationDigest'?: (string) | undefined;
  'minAgreement'?: (number | string) | undefined;
  '_minAgreement'?: "minAgreement" | undefined;
}

export interface RegisterTaskRequest__Output {
  'name': (string);
  'metric': (string);
  'defaultObjective': (_pareto_v1_Objective__Output | null);
  'validationDigest': (string);
  'minAgreement'?: (number);
  '_minAgreement'?: "minAgreement";
}
