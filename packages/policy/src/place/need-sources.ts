// The sources of needs. Each states its priority.

import { burstReplicas } from './needs/burst/burst-replicas.js';
import { measuredDemand } from './needs/demand/measured-demand.js';
import { heldQueries } from './needs/held/held-queries.js';
import { taskMinimum } from './needs/minimum/task-minimum.js';
import type { NeedSource } from './needs/need-source.js';
import { recentlyUsed } from './needs/recently-used/recently-used.js';
import { spareCopies } from './needs/spare/spare-copies.js';
import { succession } from './needs/succession/succession.js';
import { unmeasuredModels } from './needs/unmeasured/unmeasured-models.js';
import { warmthRules } from './needs/warmth/warmth-rules.js';

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
