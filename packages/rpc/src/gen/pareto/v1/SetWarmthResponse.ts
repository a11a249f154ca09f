// Original file: protos/pareto/v1/routes.proto


export interface SetWarmthResponse {
}

export interface SetWarmthResponse__Output {
}
