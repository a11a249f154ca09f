// One plan: from a snapshot to the actions of a control turn.

import type { Plan } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot } from '../snapshot/snapshot.js';
import { createContext, type PlanningContext } from './context/context.js';
import { sourcesFor } from './need-sources.js';
import type { NeedSource } from './needs/need-source.js';
import { planPlacement } from './plan-placement.js';
import { planTargets } from './targets/plan-targets.js';

/** Returns the plan for a snapshot: the targets of all needs, packed onto the workers. */
export function planReplicas(
  snapshot: PlacementSnapshot,
  params: PlacementParams,
  sources?: readonly NeedSource[],
): Plan {
  return planIn(createContext(snapshot, params), sources);
}

/** Returns the plan for a snapshot whose context is known. */
export const planIn = (context: PlanningContext, sources: readonly NeedSource[] = sourcesFor(context.snapshot)): Plan =>
  planPlacement(context, planTargets(context, sources));
