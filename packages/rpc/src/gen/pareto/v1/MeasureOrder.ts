// Original file: protos/pareto/v1/fleet.proto

import type { VariantSpec as _pareto_v1_VariantSpec, VariantSpec__Output as _pareto_v1_VariantSpec__Output } from '../../pareto/v1/VariantSpec.js';
import type { ShapeBucket as _pareto_v1_ShapeBucket, ShapeBucket__Output as _pareto_v1_ShapeBucket__Output } from '../../pareto/v1/ShapeBucket.js';

export interface MeasureOrder {
  'spec'?: (_pareto_v1_VariantSpec | null) | undefined;
  'hardwareClass'?: (string) | undefined;
  'metric'?: (string) | undefined;
  'validationDigest'?: (string) | undefined;
  'original'?: (_pareto_v1_VariantSpec | null) | undefined;
  'buckets'?: readonly (_pareto_v1_ShapeBucket)[] | undefined;
}

export interface MeasureOrder__Output {
  'spec': (_pareto_v1_VariantSpec__Output | null);
  'hardwareClass': (string);
  'metric': (string);
  'validationDigest': (string);
  'original': (_pareto_v1_VariantSpec__Output | null);
  'buckets': (_pareto_v1_ShapeBucket__Output)[];
}
