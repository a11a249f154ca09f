// Original file: protos/pareto/v1/routes.proto

import type { Task as _pareto_v1_Task, Task__Output as _pareto_v1_Task__Output } from '../../pareto/v1/Task.js';
import type { Architecture as _pareto_v1_Architecture, Architecture__Output as _pareto_v1_Architecture__Output } from '../../pareto/v1/Architecture.js';
import type { VariantRow as _pareto_v1_VariantRow, VariantRow__Output as _pareto_v1_VariantRow__Output } from '../../pareto/v1/VariantRow.js';
import type { ProfileRow as _pareto_v1_ProfileRow, ProfileRow__Output as _pareto_v1_ProfileRow__Output } from '../../pareto/v1/ProfileRow.js';
import type { ReplicaRow as _pareto_v1_ReplicaRow, ReplicaRow__Output as _pareto_v1_ReplicaRow__Output } from '../../pareto/v1/ReplicaRow.js';
import type { RouterInfo as _pareto_v1_RouterInfo, RouterInfo__Output as _pareto_v1_RouterInfo__Output } from '../../pareto/v1/RouterInfo.js';
import type { RuleRow as _pareto_v1_RuleRow, RuleRow__Output as _pareto_v1_RuleRow__Output } from '../../pareto/v1/RuleRow.js';

export interface TableRow {
  'key'?: (string) | undefined;
  'task'?: (_pareto_v1_Task | null) | undefined;
  'architecture'?: (_pareto_v1_Architecture | null) | undefined;
  'variant'?: (_pareto_v1_VariantRow | null) | undefined;
  'profile'?: (_pareto_v1_ProfileRow | null) | undefined;
  'replica'?: (_pareto_v1_ReplicaRow | null) | undefined;
  'router'?: (_pareto_v1_RouterInfo | null) | undefined;
  'rule'?: (_pareto_v1_RuleRow | null) | undefined;
  'row'?: "task"|"architecture"|"variant"|"profile"|"replica"|"router"|"rule" | undefined;
}

export interface TableRow__Output {
  'key': (string);
  'task'?: (_pareto_v1_Task__Output | null);
  'architecture'?: (_pareto_v1_Architecture__Output | null);
  'variant'?: (_pareto_v1_VariantRow__Output | null);
  'profile'?: (_pareto_v1_ProfileRow__Output | null);
  'replica'?: (_pareto_v1_ReplicaRow__Output | null);
  'router'?: (_pareto_v1_RouterInfo__Output | null);
  'rule'?: (_pareto_v1_RuleRow__Output | null);
  'row'?: "task"|"architecture"|"variant"|"profile"|"replica"|"router"|"rule";
}
