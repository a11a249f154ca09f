// Original file: protos/pareto/v1/fleet.proto


export interface OverviewRequest {
}

export interface OverviewRequest__Output {
}
