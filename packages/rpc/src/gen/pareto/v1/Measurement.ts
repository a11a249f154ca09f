// Original file: protos/pareto/v1/registry.proto

import type { Profile as _pareto_v1_Profile, Profile__Output as _pareto_v1_Profile__Output } from '../../pareto/v1/Profile.js';
import type { Accuracy as _pareto_v1_Accuracy, Accuracy__Output as _pareto_v1_Accuracy__Output } from '../../pareto/v1/Accuracy.js';
import type { SampleScores as _pareto_v1_SampleScores, SampleScores__Output as _pareto_v1_SampleScores__Output } from '../../pareto/v1/SampleScores.js';

export interface Measurement {
  'variant'?: (string) | undefined;
  'version'?: (number) | undefined;
  'hardwareClass'?: (string) | undefined;
  'profile'?: (_pareto_v1_Profile | null) | undefined;
  'accuracy'?: (_pareto_v1_Accuracy | null) | undefined;
  'error'?: (string) | undefined;
  'agreement'?: (number | string) | undefined;
  'environment'?: (string) | undefined;
  'costPer_1k'?: (number | string) | undefined;
  'scores'?: (_pareto_v1_SampleScores | null) | undefined;
  'accuracyRank'?: (number) | undefined;
  'disagreement'?: (string) | undefined;
  '_agreement'?: "agreement" | undefined;
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
  'scores': (_pareto_v1_SampleScores__Output | null);
  'accuracyRank': (number);
  'disagreement': (string);
  '_agreement'?: "agreement";
}
