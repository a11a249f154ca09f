// Original file: protos/pareto/v1/fleet.proto

import type { Long } from '@grpc/proto-loader';

export interface ReportNow {
  'sequence'?: (number | string | Long) | undefined;
}

export interface ReportNow__Output {
  'sequence': (number);
}
