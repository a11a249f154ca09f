// Original file: protos/inference.proto


export interface ModelParameter {
  'stringValue'?: (string) | undefined;
}

export interface ModelParameter__Output {
  'stringValue': (string);
}
