// Original file: protos/pareto/v1/registry.proto


export interface DescribeRequest {
  'name'?: (string) | undefined;
}

export interface DescribeRequest__Output {
  'name': (string);
}
