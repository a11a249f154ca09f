// Original file: protos/pareto/v1/fleet.proto

import type { VariantSpec as _pareto_v1_VariantSpec, VariantSpec__Output as _pareto_v1_VariantSpec__Output } from '../../pareto/v1/VariantSpec.js';

export interface MakeOrder {
  'architecture'?: (string) | undefined;
  'version'?: (number) | undefined;
  'recipe'?: (string) | undefined;
  'original'?: (_pareto_v1_VariantSpec | null) | undefined;
  'metric'?: (string) | undefined;
  'validationDigest'?: (string) | undefined;
  'maxBatchSize'?: (number) | undefined;
}

export interface MakeOrder__Output {
  'architecture': (string);
  'version': (number);
  'recipe': (string);
  'original': (_pareto_v1_VariantSpec__Output | null);
  'metric': (string);
  'validationDigest': (string);
  'maxBatchSize': (number);
}
