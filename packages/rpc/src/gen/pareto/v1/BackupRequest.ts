// Original file: protos/pareto/v1/registry.proto


export interface BackupRequest {
}

export interface BackupRequest__Output {
}
