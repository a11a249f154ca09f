// The slots of workers in the order in which they get new replicas. It is updated while a plan is made, because a search of
// all workers for each replica would take a large part of a plan.

import type { HardwareClassId } from '@pareto/core';
import type { Host, SlotGroup } from './entry.js';

type Compare = (a: SlotGroup, b: SlotGroup) => number;

const byMemory: Compare = (a, b) => b.pool.freeBytes - a.pool.freeBytes || a.host.index - b.host.index;
const bySlots: Compare = (a, b) => b.freeSlots - a.freeSlots || byMemory(a, b);

interface SortedGroups {
  readonly groups: SlotGroup[];
  /** Groups that have changed, and are not in their positions. */
  readonly moved: Set<SlotGroup>;
}

/** The orders of the slots of each class. They are sorted when they are first needed. */
export class GroupOrders {
  readonly #groups: ReadonlyMap<HardwareClassId, readonly SlotGroup[]>;
  readonly #bySlots = new Map<HardwareClassId, SortedGroups>();
  readonly #byMemory = new Map<HardwareClassId, SortedGroups>();

  constructor(groups: ReadonlyMap<HardwareClassId, readonly SlotGroup[]>) {
    this.#groups = groups;
  }

  /**
   * Returns the slots of a class. For replicas with load, those with the most slot time left come first, then and for
   * others those with the most free memory (of the device, if it has its own), then by worker.
   */
  roomiestFirst(hardwareClass: HardwareClassId, hasLoad: boolean): readonly SlotGroup[] {
    const known = hasLoad ? this.#bySlots : this.#byMemory;
    const compare = hasLoad ? bySlots : byMemory;
    const own = known.get(hardwareClass);
    if (own !== undefined) return settle(own, compare);
    const groups = (this.#groups.get(hardwareClass) ?? []).toSorted(compare);
    known.set(hardwareClass, { groups, moved: new Set() });
    return groups;
  }

  /** Moves the slots of a worker whose time or memory has changed. */
  move({ groups }: Host): void {
    for (const [hardwareClass, group] of groups) {
      this.#bySlots.get(hardwareClass)?.moved.add(group);
      this.#byMemory.get(hardwareClass)?.moved.add(group);
    }
  }
}

/** Moves the groups that have changed to their positions, and returns all. */
function settle({ groups, moved }: SortedGroups, compare: Compare): readonly SlotGroup[] {
  for (const group of moved) groups.splice(groups.indexOf(group), 1);
  for (const group of moved) groups.splice(positionOf(group, groups, compare), 0, group);
  moved.clear();
  return groups;
}

/** Returns the number of sorted groups that come before one. */
function positionOf(group: SlotGroup, sorted: readonly SlotGroup[], compare: Compare): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && compare(other, group) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
