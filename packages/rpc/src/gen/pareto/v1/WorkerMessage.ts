// Original file: protos/pareto/v1/fleet.proto

import type { WorkerHello as _pareto_v1_WorkerHello, WorkerHello__Output as _pareto_v1_WorkerHello__Output } from '../../pareto/v1/WorkerHello.js';
import type { WorkerReport as _pareto_v1_WorkerReport, WorkerReport__Output as _pareto_v1_WorkerReport__Output } from '../../pareto/v1/WorkerReport.js';
import type { Measurement as _pareto_v1_Measurement, Measurement__Output as _pareto_v1_Measurement__Output } from '../../pareto/v1/Measurement.js';
import type { RecipeOutcome as _pareto_v1_RecipeOutcome, RecipeOutcome__Output as _pareto_v1_RecipeOutcome__Output } from '../../pareto/v1/RecipeOutcome.js';
import type { WorkerHeartbeat as _pareto_v1_WorkerHeartbeat, WorkerHeartbeat__Output as _pareto_v1_WorkerHeartbeat__Output } from '../../pareto/v1/WorkerHeartbeat.js';

export interface WorkerMessage {
  'hello'?: (_pareto_v1_WorkerHello | null) | undefined;
  'report'?: (_pareto_v1_WorkerReport | null) | undefined;
  'measurement'?: (_pareto_v1_Measurement | null) | undefined;
  'outcome'?: (_pareto_v1_RecipeOutcome | null) | undefined;
  'heartbeat'?: (_pareto_v1_WorkerHeartbeat | null) | undefined;
  'message'?: "hello"|"report"|"measurement"|"outcome"|"heartbeat" | undefined;
}

export interface WorkerMessage__Output {
  'hello'?: (_pareto_v1_WorkerHello__Output | null);
  'report'?: (_pareto_v1_WorkerReport__Output | null);
  'measurement'?: (_pareto_v1_Measurement__Output | null);
  'outcome'?: (_pareto_v1_RecipeOutcome__Output | null);
  'heartbeat'?: (_pareto_v1_WorkerHeartbeat__Output | null);
  'message'?: "hello"|"report"|"measurement"|"outcome"|"heartbeat";
}
