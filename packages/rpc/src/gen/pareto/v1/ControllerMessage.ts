// Original file: protos/pareto/v1/fleet.proto

import type { Assignments as _pareto_v1_Assignments, Assignments__Output as _pareto_v1_Assignments__Output } from '../../pareto/v1/Assignments.js';
import type { Heartbeat as _pareto_v1_Heartbeat, Heartbeat__Output as _pareto_v1_Heartbeat__Output } from '../../pareto/v1/Heartbeat.js';
import type { ReportNow as _pareto_v1_ReportNow, ReportNow__Output as _pareto_v1_ReportNow__Output } from '../../pareto/v1/ReportNow.js';

export interface ControllerMessage {
  'assignments'?: (_pareto_v1_Assignments | null) | undefined;
  'heartbeat'?: (_pareto_v1_Heartbeat | null) | undefined;
  'reportNow'?: (_pareto_v1_ReportNow | null) | undefined;
  'message'?: "assignments"|"heartbeat"|"reportNow" | undefined;
}

export interface ControllerMessage__Output {
  'assignments'?: (_pareto_v1_Assignments__Output | null);
  'heartbeat'?: (_pareto_v1_Heartbeat__Output | null);
  'reportNow'?: (_pareto_v1_ReportNow__Output | null);
  'message'?: "assignments"|"heartbeat"|"reportNow";
}
