// Original file: protos/pareto/v1/registry.proto

import type { Manifest as _pareto_v1_Manifest, Manifest__Output as _pareto_v1_Manifest__Output } from '../../pareto/v1/Manifest.js';

export interface RecipeOutcome {
  'architecture'?: (string) | undefined;
  'version'?: (number) | undefined;
  'recipe'?: (string) | undefined;
  'manifest'?: (_pareto_v1_Manifest | null) | undefined;
  'modelDigest'?: (string) | undefined;
  'similarity'?: (number | string) | undefined;
  'note'?: (string) | undefined;
  'declined'?: (string) | undefined;
  'error'?: (string) | undefined;
}

export interface RecipeOutcome__Output {
  'architecture': (string);
  'version': (number);
  'recipe': (string);
  'manifest': (_pareto_v1_Manifest__Output | null);
  'modelDigest': (string);
  'similarity': (number);
  'note': (string);
  'declined': (string);
  'error': (string);
}
