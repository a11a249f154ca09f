// The choice of the worker for one more replica.

import type { PlanningContext } from '../context/context.js';
import type { Option } from '../context/options.js';
import type { Host, SlotGroup } from '../ledger/entry.js';
import type { Ledger, Reach } from '../ledger/ledger.js';
import { fits, lackText, leavesFree } from '../ledger/memory-pools.js';
import type { Problem } from '../needs/need.js';
import { minLoad } from '../context/compute.js';
import { countByHost } from './replicas.js';
import { anywhere } from './returning.js';

/** The requirements of one more replica on its worker. */
export interface Requirement {
  readonly option: Option;
  /** Minimum share of a slot's time that must be left. */
  readonly load: number;
  /** Set if the worker may not have another replica of the variant, nor any that is loading or leaving. */
  readonly spread: boolean;
  /** Part of each memory that must stay free. If it is above 0, the worker may load no other replica either, nor have one that leaves. */
  readonly freePart: number;
  /** Multiple of the worker's limit of loads at a time up to which it may be loaded. */
  readonly loadLimit: number;
  readonly reach: Reach;
  /** Returns whether the variant may be loaded on the worker now. */
  readonly mayUse: (host: Host) => boolean;
}

/**
 * Returns the slots of the worker that gets the replica: the roomiest with the fewest replicas of the variant. Undefined if
 * no worker has room.
 */
export function pickGroup(ledger: Ledger, wanted: Requirement): SlotGroup | undefined {
  const { option, load, freePart, reach } = wanted;
  const held = countByHost(ledger, option);
  let best: SlotGroup | undefined;
  let bestHeld = Infinity;
  for (const group of ledger.roomiestFirst(option.hardwareClass, load > 0, reach)) {
    if (!fits(group.pools, option, 'freeBytes') || !hasSlot(group, wanted, held)) continue;
    if (freePart > 0 && !leavesFree(group.pools, option, freePart)) continue;
    const count = held.get(group.host) ?? 0;
    if (count === 0) return group;
    if (count >= bestHeld) continue;
    best = group;
    bestHeld = count;
  }
  return best;
}

/**
 * Returns whether a worker may load one more replica, apart from its memory: it has time left on its slots, few enough loads in
 * progress, at most one replica of the variant for each slot, and no failed one that must be removed first. Some also wait
 * until the worker's replicas have come and gone, since a more important need may still take the memory.
 */
export function hasSlot(
  { host, slots, freeSlots }: SlotGroup,
  { load, spread, freePart, loadLimit, mayUse }: Requirement,
  held: ReadonlyMap<Host, number>,
): boolean {
  if (!host.schedulable || freeSlots + minLoad < load || host.loads >= loadLimit * host.maxLoads) return false;
  if ((spread || freePart > 0) && !isAtRest(host)) return false;
  if (freePart > 0 && host.loads > 0) return false;
  return (held.get(host) ?? 0) < (spread ? Math.min(1, slots) : slots) && mayUse(host);
}

/** Returns whether no replica of a worker is loading or leaving. */
const isAtRest = ({ entries }: Host): boolean =>
  entries.every(({ existing, leaving }) => !leaving && existing?.state !== 'assigned' && existing?.state !== 'loading');

/** Returns why `pickGroup` found no worker, and what is missing. */
export function lackOf(ledger: Ledger, { budgetClause }: PlanningContext, wanted: Requirement): Problem {
  const { option } = wanted;
  const groups = ledger.groupsOf(option.hardwareClass).filter(({ host }) => host.schedulable);
  if (groups.length === 0)
    return {
      cause: 'no-worker',
      text: `no worker with slots of ${option.hardwareClass} accepts replicas${budgetClause(option.hardwareClass)}`,
    };
  const held = countByHost(ledger, option);
  const isIdle = groups.some((group) => hasSlot(group, { ...wanted, load: 0 }, held));
  if (isIdle && !groups.some((group) => hasSlot(group, wanted, held)))
    return {
      cause: 'compute',
      text: `no slot of ${option.hardwareClass} has ${wanted.load.toFixed(2)} of its time left${budgetClause(option.hardwareClass)}`,
    };
  const failed = groups.find(({ pools, host }) => held.get(host) === Infinity && fits(pools, option, 'freeBytes'));
  if (failed !== undefined)
    return { cause: 'failed', text: `its replica failed on ${failed.host.worker.info.id}, and is loaded again later` };
  // Only `mayUse` rejects these.
  const evictedFrom = wanted.mayUse === anywhere ? undefined : pickGroup(ledger, { ...wanted, mayUse: anywhere });
  if (evictedFrom !== undefined)
    return {
      cause: 'memory',
      text: `was evicted from ${evictedFrom.host.worker.info.id} shortly before, and returns there for queries only`,
    };
  const lack = lackText(
    groups.map(({ pools }) => pools),
    option,
  );
  return { cause: 'memory', text: `no worker has a slot and ${lack} for it` };
}
