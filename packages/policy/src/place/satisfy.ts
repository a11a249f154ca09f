// Meeting one need for replicas of a variant: by what there is, by loading, or by making room first.

import type { HardwareClassId, Variant } from '@pareto/core';
import type { Entry, Ledger, WorkerBook } from './ledger.js';
import type { Option } from './options.js';

export interface Need {
  /** The variant's options, the cheapest class first; never empty. */
  readonly options: readonly Option[];
  readonly count: number;
  readonly reason: string;
  /** Others may be unloaded for it, the least recently used first. */
  readonly evicts: boolean;
  /** Count workers, not replicas: the loss of one worker must not take them all. */
  readonly spread: boolean;
}

/** Counts on up to `count` replicas of the variant, loading what is missing. What stays missing is noted as unmet. */
export function satisfy(ledger: Ledger, need: Need): void {
  const [first] = need.options;
  if (first === undefined) return;
  const counted = new Set<Entry>();
  for (const entry of keepers(ledger, first, need.spread).slice(0, need.count)) counted.add(entry);
  while (counted.size < need.count) {
    const entry = loadSomewhere(ledger, need);
    if (entry === undefined) break;
    counted.add(entry);
  }
  for (const entry of counted) entry.kept = true;
  if (counted.size < need.count && need.evicts) makeRoom(ledger, need);
}

/** It answers, or will: not failed, not leaving, and its worker stays. */
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

/** The replicas worth keeping first: already counted on, then ready, then the most recently used. */
function keepers(ledger: Ledger, option: Option, spread: boolean): readonly Entry[] {
  const rank = (entry: Entry): number => (entry.kept ? 2 : 0) + (isReady(entry) ? 1 : 0);
  const used = (entry: Entry): number => entry.existing?.lastUsedAt ?? Infinity;
  const serving = ledger.entries
    .filter((entry) => isServing(entry, option.variant.variant))
    .toSorted((a, b) => rank(b) - rank(a) || ascending(used(b), used(a)));
  if (!spread) return serving;
  return serving.filter((entry, i) => serving.findIndex((other) => other.worker === entry.worker) === i);
}

function loadSomewhere(ledger: Ledger, need: Need): Entry | undefined {
  for (const option of need.options) {
    const hosts = hostsOf(ledger, option, need.spread).filter((host) => host.free >= option.memoryBytes);
    // Fewest of this variant first, then the emptiest.
    const [host] = hosts.toSorted((a, b) => count(ledger, option, a) - count(ledger, option, b) || b.free - a.free);
    if (host !== undefined) return ledger.load(option, host, need.reason);
  }
  return undefined;
}

/** Unloads the least recently used that no need counts on yet; the load itself comes when they have left. */
function makeRoom(ledger: Ledger, need: Need): void {
  const [first] = need.options;
  if (first === undefined) return;
  const rooms = need.options.flatMap((option) =>
    hostsOf(ledger, option, need.spread).flatMap((host) => {
      const victims = victimsFor(ledger, host, option.memoryBytes);
      return victims === undefined ? [] : [{ option, host, victims }];
    }),
  );
  const newest = (victims: readonly Entry[]): number => victims.at(-1)?.existing?.lastUsedAt ?? -Infinity;
  const [room] = rooms.toSorted((a, b) => ascending(newest(a.victims), newest(b.victims)));
  if (room === undefined) {
    ledger.unmet(
      first.variant.variant.id,
      `${need.reason}: no worker has a slot and ${first.memoryBytes} bytes for it`,
    );
    return;
  }
  const { id } = room.option.variant.variant;
  for (const victim of room.victims) ledger.unload(victim, `least recently used, makes room for ${id}`);
  ledger.promise(room.host, room.option.memoryBytes);
  ledger.unmet(id, `${need.reason}: waits for memory on ${room.host.worker.info.id}`);
}

/** Replicas of a worker whose leaving makes room, the least recently used first; undefined when all are not enough. */
export function victimsFor(ledger: Ledger, host: WorkerBook, memoryBytes: number): readonly Entry[] | undefined {
  const evictable = ledger.entries
    .filter((entry) => entry.worker === host && !entry.kept && !entry.leaving && entry.existing !== undefined)
    .toSorted((a, b) => (a.existing?.lastUsedAt ?? 0) - (b.existing?.lastUsedAt ?? 0));
  let soon = host.soon;
  const victims: Entry[] = [];
  for (const entry of evictable) {
    if (soon >= memoryBytes) break;
    soon += entry.memoryBytes;
    victims.push(entry);
  }
  return soon >= memoryBytes ? victims : undefined;
}

/** Infinities compare too, which a difference would not. */
const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Workers that may be given one more replica of the variant, memory aside: one for each of their slots at most. */
function hostsOf(ledger: Ledger, option: Option, spread: boolean): readonly WorkerBook[] {
  return ledger.workers.filter((host) => {
    if (!host.open || hasFailed(ledger, option, host)) return false;
    const limit = Math.min(spread ? 1 : Infinity, slotsOf(host, option.hardwareClass));
    return count(ledger, option, host) < limit;
  });
}

/** Replicas of the variant on a worker. */
function count(ledger: Ledger, option: Option, host: WorkerBook): number {
  return ledger.entries.filter((entry) => entry.worker === host && isCurrent(entry, option)).length;
}

/** It is not tried again on that worker before the failed one is removed. */
function hasFailed(ledger: Ledger, option: Option, host: WorkerBook): boolean {
  return ledger.entries.some(
    (entry) => entry.worker === host && isCurrent(entry, option) && entry.existing?.state === 'failed',
  );
}

function isCurrent(entry: Entry, option: Option): boolean {
  const { id, version } = option.variant.variant;
  return entry.variant === id && entry.version === version && !entry.leaving;
}

export function slotsOf(host: WorkerBook, hardwareClass: HardwareClassId): number {
  const groups = host.worker.info.slotGroups.filter((group) => group.hardwareClass.id === hardwareClass);
  return groups.reduce((slots, group) => slots + group.slots, 0);
}
