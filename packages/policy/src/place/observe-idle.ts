// The tasks without demand, and since when.

import type { Milliseconds } from '@pareto/core';
import type { PlacementSnapshot } from '../snapshot/snapshot.js';

type DemandedTasks = Pick<PlacementSnapshot, 'tasks' | 'variants' | 'demand' | 'held'>;

/**
 * Returns the time since when each task without demand and held queries has had none, as far as this leader has seen. A task
 * that is new, or that a new leader sees first, has had none since now.
 */
export function observeIdle(
  before: ReadonlyMap<string, Milliseconds>,
  { tasks, variants, demand, held }: DemandedTasks,
  now: Milliseconds,
): ReadonlyMap<string, Milliseconds> {
  const wanted = new Set([...held, ...demand.flatMap((one) => one.variants)]);
  const used = new Set(variants.flatMap(({ variant: { id, task } }) => (wanted.has(id) ? [task] : [])));
  return new Map(tasks.flatMap(({ name }) => (used.has(name) ? [] : [[name, before.get(name) ?? now]])));
}
