// Original file: protos/pareto/v1/routes.proto

import type { Long } from '@grpc/proto-loader';

export interface RouterHello {
  'routerId'?: (string);
  'address'?: (string);
  'epoch'?: (string);
  'revision'?: (number | string | Long);
  'acceptFollower'?: (boolean);
}

export interface RouterHello__Output {
  'routerId': (string);
  'address': (string);
  'epoch': (string);
  'revision': (number);
  'acceptFollower': (boolean);
}
