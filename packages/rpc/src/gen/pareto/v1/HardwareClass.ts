// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface HardwareClass {
  'id'?: (string);
  'provider'?: (string);
  'device'?: (string);
  'instructionSet'?: (string);
  'memoryBytes'?: (number | string | Long);
}

export interface HardwareClass__Output {
  'id': (string);
  'provider': (string);
  'device': (string);
  'instructionSet': (string);
  'memoryBytes': (number);
}
