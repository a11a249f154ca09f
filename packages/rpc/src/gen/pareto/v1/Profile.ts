// Original file: protos/pareto/v1/registry.proto

import type { ProfilePoint as _pareto_v1_ProfilePoint, ProfilePoint__Output as _pareto_v1_ProfilePoint__Output } from '../../pareto/v1/ProfilePoint.js';
import type { InputShape as _pareto_v1_InputShape, InputShape__Output as _pareto_v1_InputShape__Output } from '../../pareto/v1/InputShape.js';
import type { Long } from '@grpc/proto-loader';

export interface Profile {
  'points'?: (_pareto_v1_ProfilePoint)[];
  'loadMs'?: (number | string);
  'memoryBytes'?: (number | string | Long);
  'runtimeVersion'?: (string);
  'providerUsed'?: (string);
  'coldLoadMs'?: (number | string);
  'baseMemoryBytes'?: (number | string | Long);
  'predictionError'?: (number | string);
  'nodesByProvider'?: ({[key: string]: number});
  'shapes'?: (_pareto_v1_InputShape)[];
  'notRunReason'?: (string);
  '_predictionError'?: "predictionError";
}

export interface Profile__Output {
  'points': (_pareto_v1_ProfilePoint__Output)[];
  'loadMs': (number);
  'memoryBytes': (number);
  'runtimeVersion': (string);
  'providerUsed': (string);
  'coldLoadMs': (number);
  'baseMemoryBytes': (number);
  'predictionError'?: (number);
  'nodesByProvider': ({[key: string]: number});
  'shapes': (_pareto_v1_InputShape__Output)[];
  'notRunReason': (string);
  '_predictionError'?: "predictionError";
}
