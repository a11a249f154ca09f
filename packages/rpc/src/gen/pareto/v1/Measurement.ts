// Original file: protos/pareto/v1/registry.proto

import type { Profile as _pareto_v1_Profile, Profile__Output as _pareto_v1_Profile__Output } from '../../pareto/v1/Profile.js';
import type { Accuracy as _pareto_v1_Accuracy, Accuracy__Output as _pareto_v1_Accuracy__Output } from '../../pareto/v1/Accuracy.js';

export interface Measurement {
  'variant'?: (string);
  'version'?: (number);
  'hardwareClass'?: (string);
  'profile'?: (_pareto_v1_Profile | null);
  'accuracy'?: (_pareto_v1_Accuracy | null);
  'error'?: (string);
  'agreement'?: (number | string);
  'environment'?: (string);
  'costPer_1k'?: (number | string);
  '_agreement'?: "agreement";
}

export interface Measurement__Output {
  'variant': (string);
  'version': (number);
  'hardwareClass': (string);
  'profile': (_pareto_v1_Profile__Output | null);
  'accuracy': (_pareto_v1_Accuracy__Output | null);
  'error': (string);
  'agreement'?: (number);
  'environment': (string);
  'costPer_1k': (number);
  '_agreement'?: "agreement";
}
