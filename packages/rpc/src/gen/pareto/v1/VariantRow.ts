// Original file: protos/pareto/v1/routes.proto

import type { Accuracy as _pareto_v1_Accuracy, Accuracy__Output as _pareto_v1_Accuracy__Output } from '../../pareto/v1/Accuracy.js';

export interface VariantRow {
  'variant'?: (string) | undefined;
  'architecture'?: (string) | undefined;
  'version'?: (number) | undefined;
  'recipe'?: (string) | undefined;
  'hardwareClass'?: (string) | undefined;
  'accuracy'?: (_pareto_v1_Accuracy | null) | undefined;
  'profileDigest'?: (string) | undefined;
  'costPer_1k'?: (number | string) | undefined;
  'usdPerHour'?: (number | string) | undefined;
  'placeable'?: (boolean) | undefined;
  'quarantineReason'?: (string) | undefined;
  'measurementError'?: (string) | undefined;
  'maxBatchSize'?: (number) | undefined;
  'dominatedBy'?: (string) | undefined;
  'dominatedWithin'?: (boolean) | undefined;
  'accuracyRank'?: (number) | undefined;
  'accuracyRankWithin'?: (number) | undefined;
  'disagreement'?: (string) | undefined;
}

export interface VariantRow__Output {
  'variant': (string);
  'architecture': (string);
  'version': (number);
  'recipe': (string);
  'hardwareClass': (string);
  'accuracy': (_pareto_v1_Accuracy__Output | null);
  'profileDigest': (string);
  'costPer_1k': (number);
  'usdPerHour': (number);
  'placeable': (boolean);
  'quarantineReason': (string);
  'measurementError': (string);
  'maxBatchSize': (number);
  'dominatedBy': (string);
  'dominatedWithin': (boolean);
  'accuracyRank': (number);
  'accuracyRankWithin': (number);
  'disagreement': (string);
}
