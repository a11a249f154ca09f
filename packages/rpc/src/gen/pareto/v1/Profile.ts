// Original file: protos/pareto/v1/registry.proto

import type { ProfilePoint as _pareto_v1_ProfilePoint, ProfilePoint__Output as _pareto_v1_ProfilePoint__Output } from '../../pareto/v1/ProfilePoint.js';
import type { InputShape as _pareto_v1_InputShape, InputShape__Output as _pareto_v1_InputShape__Output } from '../../pareto/v1/InputShape.js';
import type { ShapeBucket as _pareto_v1_ShapeBucket, ShapeBucket__Output as _pareto_v1_ShapeBucket__Output } from '../../pareto/v1/ShapeBucket.js';
import type { RowIsolation as _pareto_v1_RowIsolation, RowIsolation__Output as _pareto_v1_RowIsolation__Output } from '../../pareto/v1/RowIsolation.js';
import type { Long } from '@grpc/proto-loader';

export interface Profile {
  'points'?: readonly (_pareto_v1_ProfilePoint)[] | undefined;
  'loadMs'?: (number | string) | undefined;
  'memoryBytes'?: (number | string | Long) | undefined;
  'runtimeVersion'?: (string) | undefined;
  'providerUsed'?: (string) | undefined;
  'coldLoadMs'?: (number | string) | undefined;
  'baseMemoryBytes'?: (number | string | Long) | undefined;
  'predictionError'?: (number | string) | undefined;
  'nodesByProvider'?: ({readonly [key: string]: number}) | undefined;
  'shapes'?: readonly (_pareto_v1_InputShape)[] | undefined;
  'notRunReason'?: (string) | undefined;
  'provisional'?: (boolean) | undefined;
  'noise'?: (number | string) | undefined;
  'buckets'?: readonly (_pareto_v1_ShapeBucket)[] | undefined;
  'rows'?: (_pareto_v1_RowIsolation | null) | undefined;
  '_predictionError'?: "predictionError" | undefined;
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
  'provisional': (boolean);
  'noise': (number);
  'buckets': (_pareto_v1_ShapeBucket__Output)[];
  'rows': (_pareto_v1_RowIsolation__Output | null);
  '_predictionError'?: "predictionError";
}
