// One plan: from a snapshot to the actions of a control turn.

import type { Plan } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot } from '../snapshot/snapshot.js';
import { createContext } from './context/context.js';
import { needSources } from './need-sources.js';
import type { NeedSource } from './needs/need-source.js';
import { planPlacement } from './plan-placement.js';
import { planTargets } from './targets/plan-targets.js';

/** Returns the plan for a snapshot: the targets of all needs, packed onto the workers. */
export function planReplicas(
  snapshot: PlacementSnapshot,
  params: PlacementParams,
  sources: readonly NeedSource[] = needSources,
): Plan {
  const context = createContext(snapshot, params);
  return planPlacement(context, planTargets(context, sources));
}
