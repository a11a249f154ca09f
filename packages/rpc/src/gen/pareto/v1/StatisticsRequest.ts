// Original file: protos/pareto/v1/routes.proto


export interface StatisticsRequest {
  'variants'?: readonly (string)[] | undefined;
}

export interface StatisticsRequest__Output {
  'variants': (string)[];
}
