// Satisfies a need for replicas of a variant: with existing replicas, by loading, or by evicting others first.

import type { HardwareClassId, UnmetNeed, Variant, VariantId } from '@pareto/core';
import type { Entry, Ledger, WorkerState } from '../ledger/ledger.js';
import type { Option } from '../ledger/options.js';

export interface Need {
  /** Options of the variant, the cheapest class first. */
  readonly options: readonly Option[];
  readonly count: number;
  readonly reason: string;
  /** Target of the rule that keeps the variant warm. Undefined if there is no such rule. */
  readonly warmTarget?: string;
  /** Set if other replicas may be evicted for the need, the least recently used first. */
  readonly evicts: boolean;
  /** Set if each replica must be on another worker, so that the loss of one does not affect all. */
  readonly spread: boolean;
}

/** Marks existing replicas as kept for the need. */
export function claim(ledger: Ledger, { options: [first], spread, count }: Need): void {
  if (first === undefined) return;
  for (const entry of keepers(ledger, first, spread).slice(0, count)) entry.kept = true;
}

/** Keeps up to `count` replicas of the variant and loads missing ones. Returns the number that is still missing. */
export function satisfy(ledger: Ledger, need: Need): number {
  const [first] = need.options;
  if (first === undefined) return 0;
  const counted = new Set<Entry>();
  for (const entry of keepers(ledger, first, need.spread).slice(0, need.count)) counted.add(entry);
  while (counted.size < need.count) {
    const entry = loadSomewhere(ledger, need);
    if (entry === undefined) break;
    counted.add(entry);
  }
  for (const entry of counted) entry.kept = true;
  const missing = need.count - counted.size;
  if (missing > 0 && need.evicts && !makeRoom(ledger, need, leastRecentlyUsed)) noRoom(ledger, need);
  return Math.max(0, missing);
}

/** Returns whether the entry is a replica of the variant that answers now or will: it has not failed and will stay. */
export function isServing(entry: Entry, variant: Pick<Variant, 'id' | 'version'>): boolean {
  return (
    entry.variant === variant.id &&
    entry.version === variant.version &&
    !entry.leaving &&
    entry.existing?.state !== 'failed' &&
    entry.worker.worker.presence !== 'gone' &&
    !entry.worker.worker.draining
  );
}

export const isReady = (entry: Entry): boolean => entry.existing?.state === 'ready';

/** Sorts the serving replicas by their value: already kept, then ready, then the most recently used. */
function keepers(ledger: Ledger, option: Option, spread: boolean): readonly Entry[] {
  const rank = (entry: Entry): number => (entry.kept ? 2 : 0) + (isReady(entry) ? 1 : 0);
  const used = (entry: Entry): number => entry.existing?.lastUsedAt ?? Infinity;
  const { variant } = option.variant;
  const serving = ledger
    .entriesOf(variant.id)
    .filter((entry) => isServing(entry, variant))
    .toSorted((a, b) => rank(b) - rank(a) || ascending(used(b), used(a)));
  if (!spread) return serving;
  const first = new Map(serving.toReversed().map((entry) => [entry.worker, entry]));
  return serving.filter((entry) => first.get(entry.worker) === entry);
}

function loadSomewhere(ledger: Ledger, need: Need): Entry | undefined {
  for (const option of need.options) {
    const host = emptiest(ledger, option, need.spread);
    if (host !== undefined) return ledger.load(option, host, need.reason);
  }
  return undefined;
}

/** Returns the worker with room that has the fewest replicas of this variant, then the most free memory. */
function emptiest(ledger: Ledger, option: Option, spread: boolean): WorkerState | undefined {
  let best: { readonly host: WorkerState; readonly held: number } | undefined;
  for (const host of ledger.workers) {
    const held = host.freeBytes < option.memoryBytes ? undefined : heldBy(host, option, spread);
    if (held === undefined) continue;
    if (best === undefined || held < best.held || (held === best.held && host.freeBytes > best.host.freeBytes))
      best = { host, held };
  }
  return best?.host;
}

/** A policy for evictions. */
export interface Eviction {
  /** Returns the replicas that may be evicted from a worker, in this order. */
  of(host: WorkerState): readonly Entry[];
  /** Returns the cost of evicting the victims. The worker with the lowest cost is chosen. */
  costOf(victims: readonly Entry[]): number;
}

/**
 * Evicts the replicas that make room for one more replica. The load itself follows in a later plan, when they are
 * unloaded. Returns false if no worker can make room.
 */
export function makeRoom(ledger: Ledger, need: Need, eviction: Eviction): boolean {
  const rooms = need.options.flatMap((option) =>
    ledger.workers.flatMap((host) => {
      if (heldBy(host, option, need.spread) === undefined) return [];
      const victims = victimsFor(host, option.memoryBytes, eviction.of(host));
      return victims === undefined ? [] : [{ option, host, victims }];
    }),
  );
  const [room] = rooms.toSorted((a, b) => ascending(eviction.costOf(a.victims), eviction.costOf(b.victims)));
  if (room === undefined) return false;
  const { id } = room.option.variant.variant;
  for (const victim of room.victims) {
    ledger.unload(
      victim,
      `${victim.kept ? 'not enough memory for both versions' : 'least recently used'}, makes room for ${id}`,
    );
  }
  ledger.reserve(room.host, room.option.memoryBytes);
  ledger.unmet(unmetNeed(need, id, `waits for memory on ${room.host.worker.info.id}`));
  return true;
}

export function noRoom(ledger: Ledger, need: Need): void {
  const [first] = need.options;
  if (first === undefined) return;
  const { id } = first.variant.variant;
  ledger.unmet(unmetNeed(need, id, `no worker has a slot and ${first.memoryBytes} bytes for it`));
}

/** Returns what a plan reports of a need that it could not meet. */
export const unmetNeed = (
  { reason, warmTarget }: Pick<Need, 'reason' | 'warmTarget'>,
  variant: VariantId,
  problem: string,
): UnmetNeed => ({
  variant,
  reason: `${reason}: ${problem}`,
  ...(warmTarget !== undefined && { warmTarget }),
});

/** Returns the replicas of a worker that no need keeps yet, the least recently used first. */
export const evictable = (host: WorkerState): readonly Entry[] =>
  host.entries
    .filter((entry) => !entry.kept && !entry.leaving && entry.existing !== undefined)
    .toSorted((a, b) => (a.existing?.lastUsedAt ?? 0) - (b.existing?.lastUsedAt ?? 0));

export const leastRecentlyUsed: Eviction = {
  of: evictable,
  costOf: (victims) => victims.at(-1)?.existing?.lastUsedAt ?? -Infinity,
};

/** Returns the first evictable replicas that free enough memory. Undefined if all of them are not enough. */
export function victimsFor(
  host: WorkerState,
  memoryBytes: number,
  evictables: readonly Entry[],
): readonly Entry[] | undefined {
  let freeBytes = host.freeBytesAfterUnload;
  const victims: Entry[] = [];
  for (const entry of evictables) {
    if (freeBytes >= memoryBytes) break;
    freeBytes += entry.memoryBytes;
    victims.push(entry);
  }
  return freeBytes >= memoryBytes ? victims : undefined;
}

/** Compares numbers including infinities, for which a difference would be NaN. */
const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Returns the number of the worker's replicas of the variant. Undefined if the worker may not load one more, even with
 * enough memory: it has at most one for each slot, and a failed replica must be removed first.
 */
function heldBy(host: WorkerState, option: Option, spread: boolean): number | undefined {
  if (!host.schedulable) return undefined;
  let held = 0;
  for (const entry of host.entries) {
    if (!isCurrent(entry, option)) continue;
    if (entry.existing?.state === 'failed') return undefined;
    held += 1;
  }
  const limit = Math.min(spread ? 1 : Infinity, slotsOf(host, option.hardwareClass));
  return held < limit ? held : undefined;
}

function isCurrent(entry: Entry, option: Option): boolean {
  const { id, version } = option.variant.variant;
  return entry.variant === id && entry.version === version && !entry.leaving;
}

export function slotsOf(host: WorkerState, hardwareClass: HardwareClassId): number {
  let slots = 0;
  for (const group of host.worker.info.slotGroups) if (group.hardwareClass.id === hardwareClass) slots += group.slots;
  return slots;
}
