// Original file: protos/inference.proto


export interface ModelStatisticsRequest {
  'name'?: (string) | undefined;
  'version'?: (string) | undefined;
}

export interface ModelStatisticsRequest__Output {
  'name': (string);
  'version': (string);
}
