// Original file: protos/inference.proto


export interface ModelTransactionPolicy {
  'decoupled'?: (boolean) | undefined;
}

export interface ModelTransactionPolicy__Output {
  'decoupled': (boolean);
}
