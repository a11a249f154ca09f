// Original file: protos/pareto/v1/fleet.proto

import type { Assignments as _pareto_v1_Assignments, Assignments__Output as _pareto_v1_Assignments__Output } from '../../pareto/v1/Assignments.js';

export interface ControllerMessage {
  'assignments'?: (_pareto_v1_Assignments | null);
  'message'?: "assignments";
}

export interface ControllerMessage__Output {
  'assignments'?: (_pareto_v1_Assignments__Output | null);
  'message'?: "assignments";
}
