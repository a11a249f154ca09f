// Original file: protos/pareto/v1/registry.proto

import type { InputShape as _pareto_v1_InputShape, InputShape__Output as _pareto_v1_InputShape__Output } from '../../pareto/v1/InputShape.js';
import type { ProfilePoint as _pareto_v1_ProfilePoint, ProfilePoint__Output as _pareto_v1_ProfilePoint__Output } from '../../pareto/v1/ProfilePoint.js';

export interface ShapeBucket {
  'shapes'?: readonly (_pareto_v1_InputShape)[] | undefined;
  'points'?: readonly (_pareto_v1_ProfilePoint)[] | undefined;
}

export interface ShapeBucket__Output {
  'shapes': (_pareto_v1_InputShape__Output)[];
  'points': (_pareto_v1_ProfilePoint__Output)[];
}
