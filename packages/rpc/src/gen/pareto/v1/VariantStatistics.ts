// Original file: protos/pareto/v1/routes.proto

import type { InferCounts as _pareto_v1_InferCounts, InferCounts__Output as _pareto_v1_InferCounts__Output } from '../../pareto/v1/InferCounts.js';
import type { Long } from '@grpc/proto-loader';

export interface VariantStatistics {
  'variant'?: (string) | undefined;
  'version'?: (number) | undefined;
  'items'?: (number | string | Long) | undefined;
  'executions'?: (number | string | Long) | undefined;
  'counts'?: (_pareto_v1_InferCounts | null) | undefined;
}

export interface VariantStatistics__Output {
  'variant': (string);
  'version': (number);
  'items': (number);
  'executions': (number);
  'counts': (_pareto_v1_InferCounts__Output | null);
}
