// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface EventsRequest {
  'follow'?: (boolean) | undefined;
  'name'?: (string) | undefined;
  'afterId'?: (number | string | Long) | undefined;
}

export interface EventsRequest__Output {
  'follow': (boolean);
  'name': (string);
  'afterId': (number);
}
