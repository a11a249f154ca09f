// Original file: protos/inference.proto

import type { Long } from '@grpc/proto-loader';

export interface StatisticDuration {
  'count'?: (number | string | Long) | undefined;
  'ns'?: (number | string | Long) | undefined;
}

export interface StatisticDuration__Output {
  'count': (number);
  'ns': (number);
}
