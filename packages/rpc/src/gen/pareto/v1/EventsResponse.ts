// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface EventsResponse {
  'id'?: (number | string | Long);
  'ageMs'?: (number | string);
  'kind'?: (string);
  'subject'?: (string);
  'worker'?: (string);
  'reason'?: (string);
  'warning'?: (boolean);
}

export interface EventsResponse__Output {
  'id': (number);
  'ageMs': (number);
  'kind': (string);
  'subject': (string);
  'worker': (string);
  'reason': (string);
  'warning': (boolean);
}
