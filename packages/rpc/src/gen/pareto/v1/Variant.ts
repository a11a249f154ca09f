// Original file: protos/pareto/v1/registry.proto

import type { Measurement as _pareto_v1_Measurement, Measurement__Output as _pareto_v1_Measurement__Output } from '../../pareto/v1/Measurement.js';
import type { Long } from '@grpc/proto-loader';

export interface Variant {
  'name'?: (string) | undefined;
  'architecture'?: (string) | undefined;
  'version'?: (number) | undefined;
  'recipe'?: (string) | undefined;
  'provider'?: (string) | undefined;
  'measurements'?: readonly (_pareto_v1_Measurement)[] | undefined;
  'replicasReady'?: (number) | undefined;
  'state'?: (string) | undefined;
  'costPer_1k'?: (number | string) | undefined;
  'quarantineReason'?: (string) | undefined;
  'option'?: (string) | undefined;
  'sizeBytes'?: (number | string | Long) | undefined;
  'dominatedBy'?: (string) | undefined;
  'note'?: (string) | undefined;
  'denied'?: (string) | undefined;
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
