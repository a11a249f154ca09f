// Original file: protos/pareto/v1/inference.proto


// Original file: protos/pareto/v1/inference.proto

export const _pareto_v1_Objective_AccuracyBound = {
  ACCURACY_BOUND_UNSPECIFIED: 'ACCURACY_BOUND_UNSPECIFIED',
  POINT: 'POINT',
  LOWER95: 'LOWER95',
} as const;

export type _pareto_v1_Objective_AccuracyBound =
  | 'ACCURACY_BOUND_UNSPECIFIED'
  | 0
  | 'POINT'
  | 1
  | 'LOWER95'
  | 2

export type _pareto_v1_Objective_AccuracyBound__Output = typeof _pareto_v1_Objective_AccuracyBound[keyof typeof _pareto_v1_Objective_AccuracyBound]

// Original file: protos/pareto/v1/inference.proto

export const _pareto_v1_Objective_Class = {
  CLASS_UNSPECIFIED: 'CLASS_UNSPECIFIED',
  ONLINE: 'ONLINE',
  OFFLINE: 'OFFLINE',
} as const;

export type _pareto_v1_Objective_Class =
  | 'CLASS_UNSPECIFIED'
  | 0
  | 'ONLINE'
  | 1
  | 'OFFLINE'
  | 2

export type _pareto_v1_Objective_Class__Output = typeof _pareto_v1_Objective_Class[keyof typeof _pareto_v1_Objective_Class]

// Original file: protos/pareto/v1/inference.proto

export const _pareto_v1_Objective_Degrade = {
  DEGRADE_UNSPECIFIED: 'DEGRADE_UNSPECIFIED',
  FORBID: 'FORBID',
  ALLOW: 'ALLOW',
} as const;

export type _pareto_v1_Objective_Degrade =
  | 'DEGRADE_UNSPECIFIED'
  | 0
  | 'FORBID'
  | 1
  | 'ALLOW'
  | 2

export type _pareto_v1_Objective_Degrade__Output = typeof _pareto_v1_Objective_Degrade[keyof typeof _pareto_v1_Objective_Degrade]

export interface Objective {
  'latencyMs'?: (number | string) | undefined;
  'minAccuracy'?: (number | string) | undefined;
  'maxCostPer_1k'?: (number | string) | undefined;
  'class'?: (_pareto_v1_Objective_Class) | undefined;
  'accuracyBound'?: (_pareto_v1_Objective_AccuracyBound) | undefined;
  'degrade'?: (_pareto_v1_Objective_Degrade) | undefined;
  '_latencyMs'?: "latencyMs" | undefined;
  '_minAccuracy'?: "minAccuracy" | undefined;
  '_maxCostPer_1k'?: "maxCostPer_1k" | undefined;
}

export interface Objective__Output {
  'latencyMs'?: (number);
  'minAccuracy'?: (number);
  'maxCostPer_1k'?: (number);
  'class': (_pareto_v1_Objective_Class__Output);
  'accuracyBound': (_pareto_v1_Objective_AccuracyBound__Output);
  'degrade': (_pareto_v1_Objective_Degrade__Output);
  '_latencyMs'?: "latencyMs";
  '_minAccuracy'?: "minAccuracy";
  '_maxCostPer_1k'?: "maxCostPer_1k";
}
