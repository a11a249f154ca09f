// Original file: protos/pareto/v1/registry.proto

import type { TensorSpec as _pareto_v1_TensorSpec, TensorSpec__Output as _pareto_v1_TensorSpec__Output } from '../../pareto/v1/TensorSpec.js';

export interface Signature {
  'inputs'?: readonly (_pareto_v1_TensorSpec)[] | undefined;
  'outputs'?: readonly (_pareto_v1_TensorSpec)[] | undefined;
  'batched'?: (boolean) | undefined;
}

export interface Signature__Output {
  'inputs': (_pareto_v1_TensorSpec__Output)[];
  'outputs': (_pareto_v1_TensorSpec__Output)[];
  'batched': (boolean);
}
