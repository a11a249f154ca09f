// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface HardwareClass {
  'id'?: (string) | undefined;
  'provider'?: (string) | undefined;
  'device'?: (string) | undefined;
  'instructionSet'?: (string) | undefined;
  'memoryBytes'?: (number | string | Long) | undefined;
}

export interface HardwareClass__Output {
  'id': (string);
  'provider': (string);
  'device': (string);
  'instructionSet': (string);
  'memoryBytes': (number);
}
