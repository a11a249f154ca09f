// Events about tasks whose queries are rejected for lack of capacity: when that begins, and when it ends.

import { groupBy, type Milliseconds } from '@pareto/core';
import { sumOutcomes, type TargetOutcomes } from '@pareto/policy';
import type { ClusterView } from '../cluster/observe.js';
import type { ClusterEvent } from '../events/repeats.js';
import { taskOfTarget } from '../registry/registry-view.js';

type CapacityView = Pick<ClusterView, 'demand' | 'registry' | 'now'>;

/** Part of the queries of ten seconds that must be rejected for an event. Less is the tail that admission leaves. */
const leastPart = 0.01;

/** Creates a function to call each second, which returns an event for each task whose rejections begin or end. */
export function createCapacityEvents(): (view: CapacityView) => readonly ClusterEvent[] {
  /** Time since when the queries of a task are rejected. */
  const since = new Map<string, Milliseconds>();
  return ({ demand, registry, now }) => {
    const rejected = new Map<string, Rejections>();
    const byTask = groupBy(demand.outcomes(now), ([target]) => taskOfTarget(registry, target));
    for (const [task, own] of byTask) {
      const found = rejectionsOf(sumOutcomes(own.map(([, each]) => each)));
      if (task !== undefined && found !== undefined) rejected.set(task, found);
    }
    const ended = [...since].flatMap(([task, at]): readonly ClusterEvent[] => {
      if ((rejected.get(task)?.count ?? 0) > 0) return [];
      since.delete(task);
      const seconds = Math.round((now - at) / 1_000);
      return [capacityEvent(task, `queries are no longer rejected for lack of capacity, after ${seconds} s`)];
    });
    const begun = [...rejected].flatMap(([task, { count, part }]): readonly ClusterEvent[] => {
      if (since.has(task) || count < 1 || part < leastPart) return [];
      since.set(task, now);
      const share = `${(100 * part).toFixed(part < 0.095 ? 1 : 0)} %`;
      return [
        {
          ...capacityEvent(task, `queries are rejected for lack of capacity: ${share} in the last 10 s`),
          warning: true,
        },
      ];
    });
    return [...ended, ...begun];
  };
}

interface Rejections {
  readonly count: number;
  /** Part of all queries. */
  readonly part: number;
}

/** Returns the queries that were rejected although a variant can meet their objective. Undefined without queries. */
function rejectionsOf({ queries, refused, infeasible }: TargetOutcomes): Rejections | undefined {
  if (queries === 0) return undefined;
  const count = Math.max(0, refused - infeasible);
  return { count, part: count / queries };
}

const capacityEvent = (subject: string, reason: string): ClusterEvent => ({ kind: 'capacity', subject, reason });
