// Original file: protos/pareto/v1/routes.proto

import type { RouterHello as _pareto_v1_RouterHello, RouterHello__Output as _pareto_v1_RouterHello__Output } from '../../pareto/v1/RouterHello.js';
import type { Demand as _pareto_v1_Demand, Demand__Output as _pareto_v1_Demand__Output } from '../../pareto/v1/Demand.js';
import type { WorkerLost as _pareto_v1_WorkerLost, WorkerLost__Output as _pareto_v1_WorkerLost__Output } from '../../pareto/v1/WorkerLost.js';
import type { WorkerReach as _pareto_v1_WorkerReach, WorkerReach__Output as _pareto_v1_WorkerReach__Output } from '../../pareto/v1/WorkerReach.js';

export interface RouterMessage {
  'hello'?: (_pareto_v1_RouterHello | null) | undefined;
  'demand'?: (_pareto_v1_Demand | null) | undefined;
  'workerLost'?: (_pareto_v1_WorkerLost | null) | undefined;
  'workerReach'?: (_pareto_v1_WorkerReach | null) | undefined;
  'message'?: "hello"|"demand"|"workerLost"|"workerReach" | undefined;
}

export interface RouterMessage__Output {
  'hello'?: (_pareto_v1_RouterHello__Output | null);
  'demand'?: (_pareto_v1_Demand__Output | null);
  'workerLost'?: (_pareto_v1_WorkerLost__Output | null);
  'workerReach'?: (_pareto_v1_WorkerReach__Output | null);
  'message'?: "hello"|"demand"|"workerLost"|"workerReach";
}
