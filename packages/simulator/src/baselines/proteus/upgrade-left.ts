// What Proteus does with devices that its program leaves over: they hold the most accurate variant of a family.

import type { ServingReplica } from '../../policies/serving-policy.js';
import { fits, take, type PlacedReplica, type Placement, type Room } from '../accuracy-scaling/place-replicas.js';
import type { ScalableOption } from '../accuracy-scaling/scalable-option.js';

/**
 * Fills the slots that are left, and returns all replicas. A slot stays with the task that it served before. If it served none, it gets the
 * task with the highest demand per replica. `demand` are queries per second by task.
 */
export function upgradeLeft(
  { placed, rooms }: Placement,
  options: readonly ScalableOption[],
  demand: ReadonlyMap<string, number>,
): readonly PlacedReplica[] {
  const all = [...placed];
  const countOf = (task: string): number => all.filter(({ option }) => option.task === task).length;
  const loadOf = (task: string): number => (demand.get(task) ?? 0) / (countOf(task) + 1);
  for (const room of rooms) {
    const tasks = room.replaced.map(({ task }: ServingReplica) => task);
    const best = mostAccurate(options, room);
    while (room.slots > 0) {
      const before = tasks.find((task) => isLeft(best.get(task), room));
      const task =
        before ??
        [...best.keys()].filter((one) => isLeft(best.get(one), room)).toSorted((a, b) => loadOf(b) - loadOf(a))[0];
      const option = task === undefined ? undefined : best.get(task);
      if (option === undefined) break;
      if (before !== undefined) tasks.splice(tasks.indexOf(before), 1);
      all.push(take(room, option));
    }
  }
  return all;
}

const isLeft = (option: ScalableOption | undefined, room: Room): boolean => option !== undefined && fits(room, option);

/** Returns the most accurate option of each task on the hardware of a worker. */
function mostAccurate(options: readonly ScalableOption[], { pool }: Room): ReadonlyMap<string, ScalableOption> {
  const best = new Map<string, ScalableOption>();
  for (const option of options)
    if (option.hardwareClass === pool.hardwareClass && option.accuracy > (best.get(option.task)?.accuracy ?? -1))
      best.set(option.task, option);
  return best;
}
