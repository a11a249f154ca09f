// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface ReportNow {
  'asked'?: (number | string | Long);
}

export interface ReportNow__Output {
  'asked': (number);
}
