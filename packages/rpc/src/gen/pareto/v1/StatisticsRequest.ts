// Original file: protos/pareto/v1/routes.proto


export interface StatisticsRequest {
  'variants'?: (string)[];
}

export interface StatisticsRequest__Output {
  'variants': (string)[];
}
