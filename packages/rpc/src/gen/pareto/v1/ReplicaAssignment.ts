// Original file: protos/pareto/v1/fleet.proto

import type { VariantSpec as _pareto_v1_VariantSpec, VariantSpec__Output as _pareto_v1_VariantSpec__Output } from '../../pareto/v1/VariantSpec.js';
import type { Profile as _pareto_v1_Profile, Profile__Output as _pareto_v1_Profile__Output } from '../../pareto/v1/Profile.js';

export interface ReplicaAssignment {
  'replicaId'?: (string) | undefined;
  'spec'?: (_pareto_v1_VariantSpec | null) | undefined;
  'hardwareClass'?: (string) | undefined;
  'batchCeiling'?: (number) | undefined;
  'profile'?: (_pareto_v1_Profile | null) | undefined;
  'usdPerHour'?: (number | string) | undefined;
  'metric'?: (string) | undefined;
}

export interface ReplicaAssignment__Output {
  'replicaId': (string);
  'spec': (_pareto_v1_VariantSpec__Output | null);
  'hardwareClass': (string);
  'batchCeiling': (number);
  'profile': (_pareto_v1_Profile__Output | null);
  'usdPerHour': (number);
  'metric': (string);
}
