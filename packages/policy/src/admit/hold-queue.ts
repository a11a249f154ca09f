// The queries that wait for a cold variant, in the order in which they are resumed.

import { isBefore } from '../batch/queued-query.js';
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
  /** Queries that are held now, always the same object. */
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

/** Entries with the same key, in the order in which they are resumed. There is at least one. */
interface Group<H> {
  readonly key: string;
  readonly entries: HeldEntry<H>[];
}

export function createHoldQueue<H>(): HoldQueue<H> {
  const groups = new Map<string, Group<H>>();
  /** The groups in the order of their first entries. */
  const order: Group<H>[] = [];
  const usage = { count: 0, bytes: 0 };

  /** Puts a group where its first entry belongs, behind others that are not after it. */
  function place(group: Group<H>): void {
    const [first] = group.entries;
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = order[middle]?.entries[0];
      if (first !== undefined && other !== undefined && isBefore(first, other)) high = middle;
      else low = middle + 1;
    }
    order.splice(low, 0, group);
  }
  const displace = (group: Group<H>): void => void order.splice(order.indexOf(group), 1);

  function leave(entry: HeldEntry<H>): void {
    const group = groups.get(entry.group);
    const index = group?.entries.indexOf(entry) ?? -1;
    if (group === undefined || index < 0) return;
    group.entries.splice(index, 1);
    usage.count -= 1;
    usage.bytes -= entry.bytes;
    if (index > 0) return;
    displace(group);
    if (group.entries.length > 0) place(group);
    else groups.delete(group.key);
  }
  return {
    usage,
    all: () => [...groups.values()].flatMap(({ entries }) => entries.map(({ handle }) => handle)),
    enter(entry) {
      const known = groups.get(entry.group);
      const group = known ?? { key: entry.group, entries: [] };
      const after = group.entries.findIndex((other) => isBefore(entry, other));
      group.entries.splice(after < 0 ? group.entries.length : after, 0, entry);
      usage.count += 1;
      usage.bytes += entry.bytes;
      if (group.entries[0] !== entry) return;
      if (known === undefined) groups.set(entry.group, group);
      else displace(group);
      place(group);
    },
    leave,
    resume(tryResume, maxFailures) {
      // The groups before `skipped` stay. One whose first entry leaves comes later than it, or is gone.
      for (let skipped = 0; skipped < maxFailures;) {
        const entry = order[skipped]?.entries[0];
        if (entry === undefined) return;
        if (tryResume(entry.handle)) leave(entry);
        else skipped += 1;
      }
    },
  };
}
