// Original file: protos/pareto/v1/inference.proto

import type { Objective as _pareto_v1_Objective, Objective__Output as _pareto_v1_Objective__Output } from '../../pareto/v1/Objective.js';
import type { Tensor as _pareto_v1_Tensor, Tensor__Output as _pareto_v1_Tensor__Output } from '../../pareto/v1/Tensor.js';

export interface InferRequest {
  'target'?: (string) | undefined;
  'objective'?: (_pareto_v1_Objective | null) | undefined;
  'inputs'?: readonly (_pareto_v1_Tensor)[] | undefined;
  'outputs'?: readonly (string)[] | undefined;
  'id'?: (string) | undefined;
}

export interface InferRequest__Output {
  'target': (string);
  'objective': (_pareto_v1_Objective__Output | null);
  'inputs': (_pareto_v1_Tensor__Output)[];
  'outputs': (string)[];
  'id': (string);
}
