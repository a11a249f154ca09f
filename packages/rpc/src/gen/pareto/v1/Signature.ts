// Original file: protos/pareto/v1/registry.proto

import type { TensorSpec as _pareto_v1_TensorSpec, TensorSpec__Output as _pareto_v1_TensorSpec__Output } from '../../pareto/v1/TensorSpec.js';

export interface Signature {
  'inputs'?: (_pareto_v1_TensorSpec)[];
  'outputs'?: (_pareto_v1_TensorSpec)[];
  'batched'?: (boolean);
}

export interface Signature__Output {
  'inputs': (_pareto_v1_TensorSpec__Output)[];
  'outputs': (_pareto_v1_TensorSpec__Output)[];
  'batched': (boolean);
}
