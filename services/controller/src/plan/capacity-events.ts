// Events about tasks whose queries are rejected for lack of capacity: when that begins, and when it ends.

import { sumRefusals, observeShortages, type Shortages, type TargetRefusals } from '@pareto/policy';
import type { ClusterView } from '../cluster/observe.js';
import type { ClusterEvent } from '../events/repeats.js';
import { taskOfTarget, type RegistryView } from '../registry/registry-view.js';

interface CapacityView extends Pick<ClusterView, 'now'> {
  readonly demand: Pick<ClusterView['demand'], 'refusals'>;
  readonly registry: Pick<RegistryView, 'tasks' | 'architectures'>;
}

/** Creates a function to call each second, which returns an event for each task whose rejections begin or end. */
export function createCapacityEvents(): (view: CapacityView) => readonly ClusterEvent[] {
  let before: Shortages = new Map();
  return ({ demand, registry, now }) => {
    const refusals = sumRefusals(demand.refusals(now), (target) => taskOfTarget(registry, target));
    const shortages = observeShortages(before, refusals, now);
    const ended = [...before].filter(([task]) => !shortages.has(task));
    const begun = [...shortages.keys()].filter((task) => !before.has(task));
    before = shortages;
    return [
      ...ended.map(([task, since]) => {
        const seconds = Math.round((now - since) / 1_000);
        return capacityEvent(task, `queries are no longer rejected for lack of capacity, after ${seconds} s`);
      }),
      ...begun.map((task) => {
        const reason = `queries are rejected for lack of capacity: ${shareOf(refusals.get(task))} in the last 10 s`;
        return { ...capacityEvent(task, reason), warning: true };
      }),
    ];
  };
}

function shareOf({ queries, refused }: TargetRefusals = { queries: 1, refused: 0 }): string {
  const part = refused / queries;
  return `${(100 * part).toFixed(part < 0.095 ? 1 : 0)} %`;
}

const capacityEvent = (subject: string, reason: string): ClusterEvent => ({ kind: 'capacity', subject, reason });
