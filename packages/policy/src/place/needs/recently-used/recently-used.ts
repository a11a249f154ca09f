// Needs of recently used variants that are about to lose their replica: to their dominator, or with their worker.

import type { VariantId } from '@pareto/core';
import { retentionOf, type PlanningContext } from '../../context/context.js';
import { mustLeave } from '../../context/budget.js';
import { wasUsedRecently } from '../../context/retention.js';
import { createNeed, type Need } from '../need.js';
import type { NeedSource } from '../need-source.js';

/**
 * States one replica of each variant that dominates a recently used one and shall replace it, and of each recently used
 * variant that must leave its worker or whose worker is gone, where memory is free.
 */
export const recentlyUsed: NeedSource = {
  name: 'recently-used',
  priority: 80,
  needs: (context) => [...replacements(context), ...relocations(context)],
};

function replacements(context: PlanningContext): readonly Need[] {
  const { snapshot, options, cold, unservable } = context;
  const retention = retentionOf(context);
  const dominators = new Set<VariantId>();
  for (const replica of snapshot.replicas) {
    const dominator = options.served.get(replica.assignment.variant)?.[0]?.variant.dominatedBy;
    if (dominator === undefined || replica.state !== 'ready' || unservable.has(replica.assignment.replica)) continue;
    if (!cold.has(dominator) && wasUsedRecently(replica, retention)) dominators.add(dominator);
  }
  return Array.from(dominators, (id) =>
    createNeed(id, options.served.get(id) ?? [], {
      reason: 'dominates a recently used variant',
      evicts: false,
      opensWorkers: false,
    }),
  );
}

function relocations(context: PlanningContext): readonly Need[] {
  const { snapshot, options } = context;
  const retention = retentionOf(context);
  const leaving = new Set(
    snapshot.workers.flatMap((worker) =>
      worker.presence === 'gone' || (worker.presence === 'connected' && mustLeave(worker)) ? [worker.info.id] : [],
    ),
  );
  if (leaving.size === 0) return [];
  const used = snapshot.replicas.filter(
    (replica) => leaving.has(replica.assignment.worker) && wasUsedRecently(replica, retention),
  );
  return Array.from(new Set(used.map(({ assignment }) => assignment.variant)), (id) =>
    createNeed(id, options.served.get(id) ?? [], {
      reason: 'it must leave its worker, or this one is gone',
      evicts: false,
      opensWorkers: false,
    }),
  );
}
