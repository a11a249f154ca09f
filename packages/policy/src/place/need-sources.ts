// The sources of needs. Each states its priority.

import { burstReplicas } from './needs/burst/burst-replicas.js';
import { measuredDemand } from './needs/demand/measured-demand.js';
import { frozenPlan } from './needs/frozen/frozen-plan.js';
import { heldQueries } from './needs/held/held-queries.js';
import { taskMinimum } from './needs/minimum/task-minimum.js';
import type { NeedSource } from './needs/need-source.js';
import { recentlyUsed } from './needs/recently-used/recently-used.js';
import { spareCopies } from './needs/spare/spare-copies.js';
import { succession } from './needs/succession/succession.js';
import { unmeasuredModels } from './needs/unmeasured/unmeasured-models.js';
import { warmthRules } from './needs/warmth/warmth-rules.js';
import type { PlacementSnapshot } from '../snapshot/snapshot.js';

/** The sources of a plan that is not frozen. */
export const needSources: readonly NeedSource[] = [
  burstReplicas,
  heldQueries,
  measuredDemand,
  recentlyUsed,
  spareCopies,
  succession,
  taskMinimum,
  unmeasuredModels,
  warmthRules,
];

/** Returns the sources of a plan for the snapshot. */
export const sourcesFor = ({ frozen }: Pick<PlacementSnapshot, 'frozen'>): readonly NeedSource[] =>
  frozen === undefined ? needSources : [frozenPlan];
