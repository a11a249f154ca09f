// Original file: protos/pareto/v1/inference.proto


export interface ExplainRequest {
  'decisionId'?: (string) | undefined;
}

export interface ExplainRequest__Output {
  'decisionId': (string);
}
