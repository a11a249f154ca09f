// Events about tasks whose queries are rejected for lack of capacity: when that begins, and when it ends.

import type { Milliseconds } from '@pareto/core';
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
    const rejected = rejectionsByTask(registry, demand.refusals(now));
    const ended = [...since].flatMap(([task, at]): readonly ClusterEvent[] => {
      if ((rejected.get(task)?.refused ?? 0) > 0) return [];
      since.delete(task);
      const seconds = Math.round((now - at) / 1_000);
      return [capacityEvent(task, `queries are no longer rejected for lack of capacity, after ${seconds} s`)];
    });
    const begun = [...rejected].flatMap(([task, { queries, refused }]): readonly ClusterEvent[] => {
      const part = refused / queries;
      if (since.has(task) || refused < 1 || part < leastPart) return [];
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

/** Returns the queries and refusals of each task that had queries. */
function rejectionsByTask(
  registry: CapacityView['registry'],
  refusals: ReturnType<CapacityView['demand']['refusals']>,
): ReadonlyMap<string, { queries: number; refused: number }> {
  const byTask = new Map<string, { queries: number; refused: number }>();
  for (const [target, { queries, refused }] of refusals) {
    const task = taskOfTarget(registry, target);
    if (task === undefined) continue;
    const sum = byTask.get(task) ?? { queries: 0, refused: 0 };
    byTask.set(task, sum);
    sum.queries += queries;
    sum.refused += refused;
  }
  return byTask;
}

const capacityEvent = (subject: string, reason: string): ClusterEvent => ({ kind: 'capacity', subject, reason });
