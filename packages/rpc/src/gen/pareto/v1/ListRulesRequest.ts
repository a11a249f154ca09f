// Original file: protos/pareto/v1/registry.proto


export interface ListRulesRequest {
}

export interface ListRulesRequest__Output {
}
