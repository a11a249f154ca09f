// The selection for a hypothetical query on an idle fleet: whether its objective is feasible, and with which variant.

import type { TargetEntry } from '@pareto/core';
import { nearestFeasible, type Offer } from './nearest.js';
import { selectVariant, type Selection } from './select-variant.js';
import { createTrace, type DecisionTrace } from './trace.js';
import type { SelectionQuery, SelectParams } from './selection-query.js';

export interface WhatIf {
  /** `chosen` means feasible now; `cold` means once the candidate is loaded. */
  readonly selection: Selection;
  /** Nearest feasible offer. Undefined if the objective is feasible, or if there is no offer. */
  readonly nearest: Offer | undefined;
  readonly trace: DecisionTrace;
}

export function whatIf(target: TargetEntry, query: SelectionQuery, params: SelectParams): WhatIf {
  const trace = createTrace();
  const idle: SelectionQuery = {
    ...query,
    objective: { ...query.objective, degrade: 'forbid' },
    elapsedMs: 0,
    maxWaitBatchesAt: undefined,
    isPatient: true,
  };
  const selection = selectVariant(target, idle, undefined, params, trace);
  const nearest = selection.kind === 'refused' ? nearestFeasible(target, query, params) : undefined;
  return { selection, nearest, trace };
}
