// Original file: protos/pareto/v1/fleet.proto


export interface ListWorkersRequest {
}

export interface ListWorkersRequest__Output {
}
