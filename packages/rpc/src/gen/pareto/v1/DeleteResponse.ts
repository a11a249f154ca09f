// Original file: protos/pareto/v1/registry.proto


export interface DeleteResponse {
}

export interface DeleteResponse__Output {
}
