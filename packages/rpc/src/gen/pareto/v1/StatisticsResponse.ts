// Original file: protos/pareto/v1/routes.proto

import type { VariantStatistics as _pareto_v1_VariantStatistics, VariantStatistics__Output as _pareto_v1_VariantStatistics__Output } from '../../pareto/v1/VariantStatistics.js';

export interface StatisticsResponse {
  'variants'?: readonly (_pareto_v1_VariantStatistics)[] | undefined;
}

export interface StatisticsResponse__Output {
  'variants': (_pareto_v1_VariantStatistics__Output)[];
}
