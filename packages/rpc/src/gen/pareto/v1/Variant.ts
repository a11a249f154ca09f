// Original file: protos/pareto/v1/registry.proto

import type { Measurement as _pareto_v1_Measurement, Measurement__Output as _pareto_v1_Measurement__Output } from '../../pareto/v1/Measurement.js';
import type { Long } from '@grpc/proto-loader';

export interface Variant {
  'name'?: (string);
  'architecture'?: (string);
  'version'?: (number);
  'recipe'?: (string);
  'provider'?: (string);
  'measurements'?: (_pareto_v1_Measurement)[];
  'replicasReady'?: (number);
  'state'?: (string);
  'costPer_1k'?: (number | string);
  'quarantineReason'?: (string);
  'option'?: (string);
  'sizeBytes'?: (number | string | Long);
  'dominatedBy'?: (string);
  'note'?: (string);
  'denied'?: (string);
}

export interface Variant__Output {
  'name': (string);
  'architecture': (string);
  'version': (number);
  'recipe': (string);
  'provider': (string);
  'measurements': (_pareto_v1_Measurement__Output)[];
  'replicasReady': (number);
  'state': (string);
  'costPer_1k': (number);
  'quarantineReason': (string);
  'option': (string);
  'sizeBytes': (number);
  'dominatedBy': (string);
  'note': (string);
  'denied': (string);
}
