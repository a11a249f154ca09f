// Original file: protos/pareto/v1/registry.proto


export interface DownloadResponse {
  'data'?: (Buffer | Uint8Array | string) | undefined;
}

export interface DownloadResponse__Output {
  'data': (Buffer);
}
