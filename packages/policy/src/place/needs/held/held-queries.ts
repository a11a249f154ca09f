// Needs of queries that routers hold for a cold variant.

import { milliseconds, type VariantId } from '@pareto/core';
import type { PlanningContext } from '../../context/context.js';
import { createNeed } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** States one replica for each variant with held queries, the most urgent first, on a class that can answer them in time. */
export const heldQueries: NeedSource = {
  name: 'held',
  priority: 10,
  needs: (context) =>
    context.snapshot.held.map((id) =>
      createNeed(id, context.optionsWithin(id, strictestLatency(context, id)), {
        reason: 'queries are held for it',
        returns: 'evicting',
      }),
    ),
};

/** Returns the least time within which queries must be answered that the variant may answer. Infinite if there are none. */
const strictestLatency = ({ snapshot: { demand } }: PlanningContext, id: VariantId) =>
  milliseconds(Math.min(...demand.flatMap(({ variants, latencyMs }) => (variants.includes(id) ? [latencyMs] : []))));
