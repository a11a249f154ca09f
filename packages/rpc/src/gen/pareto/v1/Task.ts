// Original file: protos/pareto/v1/registry.proto

import type { Signature as _pareto_v1_Signature, Signature__Output as _pareto_v1_Signature__Output } from '../../pareto/v1/Signature.js';
import type { Objective as _pareto_v1_Objective, Objective__Output as _pareto_v1_Objective__Output } from '../../pareto/v1/Objective.js';

export interface Task {
  'name'?: (string) | undefined;
  'metric'?: (string) | undefined;
  'signature'?: (_pareto_v1_Signature | null) | undefined;
  'defaultObjective'?: (_pareto_v1_Objective | null) | undefined;
  'validationDigest'?: (string) | undefined;
  'minAgreement'?: (number | string) | undefined;
  '_minAgreement'?: "minAgreement" | undefined;
}

export interface Task__Output {
  'name': (string);
  'metric': (string);
  'signature': (_pareto_v1_Signature__Output | null);
  'defaultObjective': (_pareto_v1_Objective__Output | null);
  'validationDigest': (string);
  'minAgreement'?: (number);
  '_minAgreement'?: "minAgreement";
}
