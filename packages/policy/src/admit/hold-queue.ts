// The queries that wait for a cold variant, in the order in which they are resumed.

import { isBefore } from '../batch/request-queue.js';
import type { HoldUsage } from './admit.js';

/** A query that is held. `H` is the caller's handle. */
export interface HeldEntry<H> {
  readonly handle: H;
  /** Key of the queries that get the same decision at the same time: the same target, objective and size. */
  readonly group: string;
  /** 1 is the most urgent. Infinite if the client set none. */
  readonly priority: number;
  /** Time by which the query is due: the earlier of objective and deadline, since it arrived. */
  readonly dueAt: number;
  readonly bytes: number;
}

export interface HoldQueue<H> {
  readonly usage: HoldUsage;
  /** Returns the handles of all entries. */
  all(): readonly H[];
  enter(entry: HeldEntry<H>): void;
  leave(entry: HeldEntry<H>): void;
  /**
   * Calls `tryResume` for held queries, by priority and then by due time, until it has returned false for
   * `maxFailures` groups. `tryResume` decides on the query again and returns whether it ends the wait, in which case the
   * query leaves the queue. After it has returned false, the rest of the group is skipped.
   */
  resume(tryResume: (handle: H) => boolean, maxFailures: number): void;
}

export function createHoldQueue<H>(): HoldQueue<H> {
  /** Entries by group, in the order in which they are resumed. */
  const groups = new Map<string, HeldEntry<H>[]>();
  let count = 0;
  let bytes = 0;

  function leave(entry: HeldEntry<H>): void {
    const entries = groups.get(entry.group);
    const index = entries?.indexOf(entry) ?? -1;
    if (entries === undefined || index < 0) return;
    entries.splice(index, 1);
    if (entries.length === 0) groups.delete(entry.group);
    count -= 1;
    bytes -= entry.bytes;
  }
  function nextEntry(skipped: ReadonlySet<string>): HeldEntry<H> | undefined {
    let next: HeldEntry<H> | undefined;
    for (const [group, [first]] of groups) {
      if (first === undefined || skipped.has(group)) continue;
      if (next === undefined || isBefore(first, next)) next = first;
    }
    return next;
  }
  return {
    get usage() {
      return { count, bytes };
    },
    all: () => [...groups.values()].flat().map(({ handle }) => handle),
    enter(entry) {
      const entries = groups.get(entry.group) ?? [];
      groups.set(entry.group, entries);
      const after = entries.findIndex((other) => isBefore(entry, other));
      entries.splice(after < 0 ? entries.length : after, 0, entry);
      count += 1;
      bytes += entry.bytes;
    },
    leave,
    resume(tryResume, maxFailures) {
      const skipped = new Set<string>();
      while (skipped.size < maxFailures) {
        const entry = nextEntry(skipped);
        if (entry === undefined) return;
        if (tryResume(entry.handle)) leave(entry);
        else skipped.add(entry.group);
      }
    },
  };
}
