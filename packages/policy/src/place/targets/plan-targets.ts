// The replicas of each variant on each hardware class, from the needs of all sources.

import type { UnmetNeed } from '@pareto/core';
import type { PlanningContext } from '../context/context.js';
import type { Need } from '../needs/need.js';
import type { NeedSource } from '../needs/need-source.js';
import { createCompute } from '../context/compute.js';
import { splitByClass } from './split-by-class.js';
import { splitDemand } from './split-demand.js';
import { unmetNeed, type Target, type Targets } from './target.js';

/**
 * Returns the targets of all needs. A need counts the existing replicas first, on the cheapest classes first; further
 * ones are wanted on the cheapest class that has workers, slots and, for demand, time left on the slots. Where the slots
 * are too few, the demands of a source get them in turns, one replica each, so that none starves.
 */
export function planTargets(context: PlanningContext, sources: readonly NeedSource[]): Targets {
  const compute = createCompute(context.snapshot, context.params);
  const targets: Target[] = [];
  const unmet: UnmetNeed[] = [];
  for (const { name: source, priority, needs } of sources.toSorted((a, b) => a.priority - b.priority)) {
    const stated = needs(context);
    for (const { option, load } of stated.flatMap((need) => need.shares ?? []))
      compute.take(option.hardwareClass, load);
    const { shares, lacking } = splitDemand(context, compute, stated.filter(isDemand));
    for (const need of stated) {
      const own = need.shares ?? shares.get(need) ?? splitByClass(context, need);
      if (own.length > 0) targets.push({ source, priority, need, shares: own });
      const problem = need.problem ?? lacking.get(need);
      if (problem !== undefined) unmet.push(unmetNeed(source, need, problem));
    }
  }
  return { targets, unmet };
}

const isDemand = ({ amount, options, shares }: Need): boolean =>
  'itemsPerSecond' in amount && options.length > 0 && shares === undefined;
