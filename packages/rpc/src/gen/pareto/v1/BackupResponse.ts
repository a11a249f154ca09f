// Original file: protos/pareto/v1/registry.proto


export interface BackupResponse {
  'data'?: (Buffer | Uint8Array | string) | undefined;
}

export interface BackupResponse__Output {
  'data': (Buffer);
}
