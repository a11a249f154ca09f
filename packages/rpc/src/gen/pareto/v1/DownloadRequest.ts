// Original file: protos/pareto/v1/registry.proto

import type { Long } from '@grpc/proto-loader';

export interface DownloadRequest {
  'digest'?: (string) | undefined;
  'offset'?: (number | string | Long) | undefined;
  'recheck'?: (boolean) | undefined;
}

export interface DownloadRequest__Output {
  'digest': (string);
  'offset': (number);
  'recheck': (boolean);
}
