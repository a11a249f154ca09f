// Original file: protos/inference.proto


export interface ModelParameter {
  'stringValue'?: (string);
}

export interface ModelParameter__Output {
  'stringValue': (string);
}
