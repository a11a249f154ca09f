// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface Heartbeat {
  'storeAgeMs'?: (number | string | Long) | undefined;
  'messageIntervalMs'?: (number) | undefined;
  'reportIntervalMs'?: (number) | undefined;
  'acceptsChanges'?: (boolean) | undefined;
}

export interface Heartbeat__Output {
  'storeAgeMs': (number);
  'messageIntervalMs': (number);
  'reportIntervalMs': (number);
  'acceptsChanges': (boolean);
}
