// Original file: protos/pareto/v1/fleet.proto


export interface DrainResponse {
}

export interface DrainResponse__Output {
}
