// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface EventsResponse {
  'id'?: (number | string | Long) | undefined;
  'ageMs'?: (number | string) | undefined;
  'kind'?: (string) | undefined;
  'subject'?: (string) | undefined;
  'worker'?: (string) | undefined;
  'reason'?: (string) | undefined;
  'warning'?: (boolean) | undefined;
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
