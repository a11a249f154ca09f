// Original file: protos/pareto/v1/routes.proto

import type { Long } from '@grpc/proto-loader';

export interface RouterHello {
  'routerId'?: (string) | undefined;
  'address'?: (string) | undefined;
  'epoch'?: (string) | undefined;
  'revision'?: (number | string | Long) | undefined;
  'acceptFollower'?: (boolean) | undefined;
}

export interface RouterHello__Output {
  'routerId': (string);
  'address': (string);
  'epoch': (string);
  'revision': (number);
  'acceptFollower': (boolean);
}
