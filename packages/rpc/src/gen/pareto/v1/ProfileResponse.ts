// Original file: protos/pareto/v1/registry.proto


export interface ProfileResponse {
}

export interface ProfileResponse__Output {
}
