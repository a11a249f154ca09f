// Original file: protos/pareto/v1/fleet.proto

import type { InputShape as _pareto_v1_InputShape, InputShape__Output as _pareto_v1_InputShape__Output } from '../../pareto/v1/InputShape.js';
import type { Long } from '@grpc/proto-loader';

export interface ObservedShapes {
  'variant'?: (string) | undefined;
  'version'?: (number) | undefined;
  'hardwareClass'?: (string) | undefined;
  'shapes'?: readonly (_pareto_v1_InputShape)[] | undefined;
  'items'?: (number | string | Long) | undefined;
  'itemMs'?: (number | string) | undefined;
}

export interface ObservedShapes__Output {
  'variant': (string);
  'version': (number);
  'hardwareClass': (string);
  'shapes': (_pareto_v1_InputShape__Output)[];
  'items': (number);
  'itemMs': (number);
}
