// Original file: protos/pareto/v1/routes.proto

import type { Accuracy as _pareto_v1_Accuracy, Accuracy__Output as _pareto_v1_Accuracy__Output } from '../../pareto/v1/Accuracy.js';

export interface VariantRow {
  'variant'?: (string);
  'architecture'?: (string);
  'version'?: (number);
  'recipe'?: (string);
  'hardwareClass'?: (string);
  'accuracy'?: (_pareto_v1_Accuracy | null);
  'profileDigest'?: (string);
  'costPer_1k'?: (number | string);
  'usdPerHour'?: (number | string);
  'placeable'?: (boolean);
  'quarantineReason'?: (string);
  'measurementError'?: (string);
  'maxBatchSize'?: (number);
  'dominatedBy'?: (string);
  'dominatedWithin'?: (boolean);
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
}
