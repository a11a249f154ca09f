// Evictions: unloads that make room for a more important replica or order.

import { architectureNameOf, type Variant } from '@pareto/core';
import type { Versions } from '../../snapshot/versions.js';
import type { Option } from '../context/options.js';
import type { Footprint } from '../context/footprint.js';
import type { Entry, Host, SlotGroup } from '../ledger/entry.js';
import type { Ledger } from '../ledger/ledger.js';
import { bytesIn, fits, type MemoryPool } from '../ledger/memory-pools.js';
import { hasSlot, type Requirement } from './pick-group.js';
import { countByHost, isReady } from './replicas.js';

/** A policy for evictions. */
export interface Eviction {
  /** Returns the replicas that may be evicted from a worker, in this order. */
  of(host: Host): readonly Entry[];
  /** Compares two sets of victims. Negative if `a` should rather be evicted. */
  compare(a: readonly Entry[], b: readonly Entry[]): number;
}

export interface Room {
  readonly group: SlotGroup;
  readonly victims: readonly Entry[];
  readonly wanted: Requirement;
}

/** Returns the best victims on the worker on which evictions make room for one of `wanted`. Undefined if none can. */
export function findRoom(ledger: Ledger, wanted: readonly Requirement[], eviction: Eviction): Room | undefined {
  let best: Room | undefined;
  for (const one of wanted) {
    const held = countByHost(ledger, one.option);
    for (const group of ledger.groupsOf(one.option.hardwareClass)) {
      if (!hasSlot(group, one, held)) continue;
      const victims = victimsFor(group.pools, one.option, eviction.of(group.host));
      if (victims === undefined) continue;
      if (best === undefined || eviction.compare(victims, best.victims) < 0) best = { group, victims, wanted: one };
    }
  }
  return best;
}

/**
 * Returns the first evictable replicas that free enough of each memory, without those that are not needed for it.
 * Undefined if all of them are not enough.
 */
export function victimsFor(
  pools: readonly MemoryPool[],
  wanted: Footprint,
  evictables: readonly Entry[],
): readonly Entry[] | undefined {
  if (fits(pools, wanted, 'freeBytesAfterUnload')) return [];
  if (evictables.length === 0) return undefined;
  /** Bytes beyond the wanted ones, by memory. */
  const spare = pools.map((pool) => pool.freeBytesAfterUnload - bytesIn(pool, wanted));
  const isEnough = (): boolean => spare.every((bytes) => bytes >= 0);
  const change = (entry: Entry, sign: 1 | -1): void => {
    for (const [at, pool] of pools.entries())
      if (entry.pools.includes(pool)) spare[at] = (spare[at] ?? 0) + sign * bytesIn(pool, entry);
  };
  const victims: Entry[] = [];
  for (const entry of evictables) {
    if (isEnough()) break;
    change(entry, 1);
    victims.push(entry);
  }
  if (!isEnough()) return undefined;
  return victims.toReversed().filter((entry) => {
    change(entry, -1);
    if (isEnough()) return false;
    change(entry, 1);
    return true;
  });
}

/**
 * Returns the replicas of a worker that only less important needs keep than those of `rank`: first those that none
 * keeps, the least recently used first, then those of the least important needs.
 */
export const evictable = (host: Host, rank: number): readonly Entry[] =>
  host.entries
    .filter((entry) => !entry.leaving && entry.existing !== undefined && claimRank(entry) > rank)
    .toSorted(leastImportantFirst);

/** Keeps the evicted replicas for which their workers have memory and slot time left, the most important first. */
export function reprieve(ledger: Ledger): void {
  for (const entry of ledger.evicted().toSorted((a, b) => leastImportantFirst(b, a))) {
    const { pools, group, load } = entry;
    if (!fits(pools, entry, 'freeBytesAfterUnload') || (load > 0 && (group?.freeSlots ?? 0) < load)) continue;
    ledger.reprieve(entry);
  }
}

/** Keeps a replica of the variant that this plan evicted from these slots. Undefined if there is none. */
export function reprieveOn(ledger: Ledger, group: SlotGroup, option: Option): Entry | undefined {
  const { id, version } = option.variant.variant;
  const own = ledger
    .evicted()
    .find((entry) => entry.group === group && entry.variant === id && entry.version === version && isReady(entry));
  if (own !== undefined) ledger.reprieve(own);
  return own;
}

/**
 * Evicts what only less important needs keep, as far as `mayGiveWay` allows, but no replica of the variant itself, which counts
 * on another class.
 */
export const lessImportant = (
  rank: number,
  own: Pick<Variant, 'id' | 'version'>,
  mayGiveWay: (entry: Entry) => boolean,
): Eviction => ({
  of: (host) =>
    evictable(host, rank).filter(
      (entry) => (entry.variant !== own.id || entry.version !== own.version) && mayGiveWay(entry),
    ),
  compare: compareVictims,
});

/** Evicts only replicas that give way. */
export const onlyGivingWay = (eviction: Eviction): Eviction => ({
  of: (host) => eviction.of(host).filter(({ claim }) => claim?.givesWay === true),
  compare: (a, b) => eviction.compare(a, b),
});

const claimRank = ({ claim }: Entry): number => claim?.rank ?? Infinity;
const usedAt = ({ existing }: Entry): number => existing?.lastUsedAt ?? 0;

const leastImportantFirst = (a: Entry, b: Entry): number =>
  ascending(claimRank(b), claimRank(a)) || usedAt(a) - usedAt(b);

/** Compares by the most important victims, which come first. No victims are the best. */
function compareVictims(a: readonly Entry[], b: readonly Entry[]): number {
  const [first, other] = [a[0], b[0]];
  if (first === undefined || other === undefined) return a.length - b.length;
  return leastImportantFirst(first, other);
}

/**
 * Evicts for a new version, at last, replicas of the served version: first those whose variant has another ready replica
 * of that version, then those whose successor is ready, then the others.
 */
export function predecessors(ledger: Ledger, rank: number, architecture: string, { served }: Versions): Eviction {
  const isPredecessor = (entry: Entry): boolean =>
    entry.version === served && architectureNameOf(entry.variant) === architecture;
  const costOf = (entry: Entry): number => {
    if (entry.claim === undefined) return 0;
    const others = ledger
      .entriesOf(entry.variant)
      .filter((other) => other !== entry && !other.leaving && isReady(other));
    if (others.some(({ version }) => version === served)) return 1;
    return others.length > 0 ? 2 : 3;
  };
  const maxCost = (victims: readonly Entry[]): number => Math.max(0, ...victims.map(costOf));
  return {
    of: (host) => {
      const first = evictable(host, rank);
      const needed = host.entries.filter(
        (entry) => !entry.leaving && entry.existing !== undefined && !first.includes(entry) && isPredecessor(entry),
      );
      return [...first, ...needed.toSorted((a, b) => costOf(a) - costOf(b))];
    },
    compare: (a, b) => maxCost(a) - maxCost(b),
  };
}

/** Compares numbers including infinities, for which a difference would be NaN. */
const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
