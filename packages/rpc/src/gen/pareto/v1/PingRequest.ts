// Original file: protos/pareto/v1/execution.proto


export interface PingRequest {
}

export interface PingRequest__Output {
}
