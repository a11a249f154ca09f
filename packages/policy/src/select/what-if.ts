// Could an objective be met, by what, and at what price: the same choice as for a query, on an idle fleet.

import type { TargetEntry } from '@pareto/core';
import { idleLoads } from '../route/load-view.js';
import { nearestFeasible, type Offer } from './nearest.js';
import { selectVariant, type Selection } from './select-variant.js';
import { createTrace, type DecisionTrace } from './trace.js';
import type { SelectionQuery, SelectParams } from './verdict.js';

export interface WhatIf {
  /** Chosen: it could be met now; cold: once the candidate is loaded. */
  readonly selection: Selection;
  /** Undefined when the objective can be met, or when nothing can be offered. */
  readonly nearest: Offer | undefined;
  readonly trace: DecisionTrace;
}

export function whatIf(target: TargetEntry, query: SelectionQuery, params: SelectParams): WhatIf {
  const trace = createTrace();
  const idle: SelectionQuery = { ...query, objective: { ...query.objective, degrade: 'forbid' }, elapsedMs: 0 };
  const selection = selectVariant(target, idle, idleLoads, params, trace);
  const nearest = selection.kind === 'refused' ? nearestFeasible(target, query, params) : undefined;
  return { selection, nearest, trace };
}
