// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface WorkerHeartbeat {
  'controllerAgeMs'?: (number | string | Long) | undefined;
}

export interface WorkerHeartbeat__Output {
  'controllerAgeMs': (number);
}
