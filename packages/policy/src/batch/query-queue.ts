// The queries that wait at one replica: by priority, and then by the time at which they are due.

import type { Shapes } from '@pareto/core';
import { isBefore, type QueueBounds, type QueuedQuery } from './queued-query.js';

/** A query with what happened to it in batches that failed. */
export interface QueueEntry<Q extends QueuedQuery> {
  readonly query: Q;
  /** Number of executors that died while they ran the query. */
  readonly deaths: number;
  /** Set if the query must run in a batch of its own, because a shared one failed. */
  readonly alone: boolean;
  /**
   * Time at which it was expected to end when it was queued and, once it is taken, with regard to the queries that came before it or
   * were cancelled meanwhile. Undefined if nothing is known.
   */
  expectedAt: number | undefined;
  /** Number of items, of all that the queue takes or rejects, that were expected to be before it. */
  readonly passedBefore: number;
  /** Time by which each further item delays it. 0 once it was taken. */
  itemMs: number;
}

interface BatchTimes {
  /** Maximum number of items in a batch. A single larger query runs alone. */
  readonly ceiling: number;
  /** Time at which the next batch starts: now, or later if another one runs before it. */
  readonly startsAt: number;
  /** Returns the expected time of a batch of inputs of these shapes. 0 if it is unknown. */
  readonly expectedMs: (items: number, shapes: Shapes | undefined) => number;
}

export interface QueueTimes extends BatchTimes {
  /** Time from one batch to the next while the queue is not empty. */
  readonly everyMs: number;
  /** Returns the time that a query must have, which is expected to take `ms`. */
  readonly promisedMs: (ms: number) => number;
  /** Called with the expected time of a query, and the time that it has. */
  readonly onOffered: (ms: number, limitMs: number) => void;
}

interface TakeOptions<Q extends QueuedQuery> extends BatchTimes {
  readonly onRejected: (query: Q, reason: 'late' | 'expired') => void;
}

export interface QueryQueue<Q extends QueuedQuery> {
  length(): number;
  items(): number;
  /** Returns the query that is served next. Undefined if none is queued. */
  first(): Q | undefined;
  /**
   * Adds a query, unless the queue is full, or the query or one that it delays is expected to miss its objective by that. Only
   * one with a lower priority may.
   * `times` is undefined if nothing is known. An empty queue accepts a query of any size.
   */
  push(query: Q, now: number, times: QueueTimes | undefined): 'queued' | 'full' | 'late';
  /** Puts entries back in front of all others, regardless of the bounds, since they were accepted before. */
  putBack(entries: readonly QueueEntry<Q>[]): void;
  /** Removes a query. Returns false if it is not queued. */
  cancel(query: Q): boolean;
  /**
   * Removes and returns the next batch: the first queries, up to the ceiling, as long as all of them are expected to
   * meet their objective. Removes the queries that cannot meet it even alone. Returns an empty list if none is left.
   */
  take(now: number, options: TakeOptions<Q>): readonly QueueEntry<Q>[];
  /** Removes and returns all entries. */
  takeAll(): readonly QueueEntry<Q>[];
}

/** See `SlotParams` for `maxOvertakenMs`. */
export function createQueryQueue<Q extends QueuedQuery>(bounds: QueueBounds, maxOvertakenMs: number): QueryQueue<Q> {
  /** Queued entries in the order of service. */
  const entries: QueueEntry<Q>[] = [];
  /** Number of entries at the front that no other query overtakes. */
  let fixed = 0;
  let items = 0;
  let bytes = 0;
  /** Number of entries with a priority. Without any, the order by due time keeps every query from starving. */
  let prioritised = 0;
  /** Number of entries whose number of items is not 1. */
  let multiples = 0;
  /** Number of items taken or rejected so far. */
  let passed = 0;
  /** Upper bound of the expected time of a batch of any queued query. */
  let slowestMs = 0;

  function count({ query }: QueueEntry<Q>, sign: 1 | -1): void {
    items += sign * query.items;
    bytes += sign * query.bytes;
    if (query.priority < Infinity) prioritised += sign;
    if (query.items !== 1) multiples += sign;
  }
  /** Returns the number of items of the entries from `low` to before `high`. */
  function itemsOf(low: number, high: number): number {
    if (multiples === 0) return high - low;
    let total = 0;
    for (let index = low; index < high; index++) total += entries[index]?.query.items ?? 0;
    return total;
  }
  /** Returns whether the query at `position` makes another one too late for its objective whose priority is not lower. */
  function delaysAny(position: number, ahead: number, added: Added<Q>): boolean {
    const { priority } = added.query;
    const end = priority === Infinity ? entries.length : endOfPriority(entries, position, priority);
    return position < end && delaysOneOf(position, end, ahead, ahead + itemsOf(position, end), added);
  }
  /**
   * Returns whether one of the entries from `low` to before `high` is made late, of which the first one has `ahead` items before it,
   * and the one behind the last has `through`. Since they are sorted by due time, none is late if the first one could be the last.
   */
  function delaysOneOf(low: number, high: number, ahead: number, through: number, added: Added<Q>): boolean {
    const { query, now, times } = added;
    const first = entries[low]?.query;
    if (first === undefined) return false;
    if (!isLate(first, batchesMs(through + query.items, now, times) + slowestMs, now, times)) return false;
    if (high - low > 1) {
      const middle = (low + high) >> 1;
      const between = ahead + itemsOf(low, middle);
      return delaysOneOf(middle, high, between, through, added) || delaysOneOf(low, middle, ahead, between, added);
    }
    const isLateBehind = (before: number): boolean => isLate(first, leftMs(first, before, now, times), now, times);
    return isLateBehind(ahead + query.items) && !isLateBehind(ahead);
  }
  function remove(from: number, length = 1): readonly QueueEntry<Q>[] {
    const removed = entries.splice(from, length);
    for (const entry of removed) count(entry, -1);
    fixed -= Math.max(0, Math.min(fixed, from + length) - from);
    return removed;
  }
  /** Sets the expected end of a query. Returns false if it would be late, or make another one late. */
  function expect(entry: QueueEntry<Q>, position: number, ahead: number, now: number, times: QueueTimes): boolean {
    const { query } = entry;
    const { ceiling, everyMs } = times;
    const ownMs = leftMs(query, ahead, now, times);
    times.onOffered(ownMs, query.dueAt - now);
    if (isLate(query, ownMs, now, times)) return false;
    const maxMs = everyMs * Math.ceil((ceiling - 1 + query.items) / ceiling);
    slowestMs = entries.length === 0 ? maxMs : Math.max(slowestMs, maxMs);
    if (position < entries.length && delaysAny(position, ahead, { query, now, times })) return false;
    entry.expectedAt = now + ownMs;
    entry.itemMs = everyMs / ceiling;
    return true;
  }
  /** Counts a query that is taken or rejected, and corrects its expected end. */
  function pass(entry: QueueEntry<Q>): void {
    if (entry.expectedAt !== undefined) entry.expectedAt += (passed - entry.passedBefore) * entry.itemMs;
    entry.itemMs = 0;
    passed += entry.query.items;
  }
  function promoteStarving(now: number): void {
    for (let index = fixed; index < entries.length; index++) {
      const entry = entries[index];
      if (entry === undefined || !isStarving(entry.query, maxOvertakenMs, now)) continue;
      entries.splice(index, 1);
      entries.splice(fixed++, 0, entry);
    }
  }
  function rejectFrom(index: number, now: number, options: TakeOptions<Q>): void {
    for (let entry = entries[index]; entry !== undefined; entry = entries[index]) {
      const reason = rejectionOf(entry, now, options);
      if (reason === undefined) return;
      remove(index);
      pass(entry);
      options.onRejected(entry.query, reason);
    }
  }

  return {
    length: () => entries.length,
    items: () => items,
    first: () => entries[0]?.query,
    push(query, now, times) {
      const isFull = items + query.items > bounds.items || bytes + query.bytes > bounds.bytes;
      if (isFull && entries.length > 0) return 'full';
      const position = positionOf(entries, fixed, query);
      const ahead = position === entries.length ? items : itemsOf(0, position);
      const entry = { query, deaths: 0, alone: false, expectedAt: undefined, passedBefore: passed + ahead, itemMs: 0 };
      if (times !== undefined && !expect(entry, position, ahead, now, times)) return 'late';
      entries.splice(position, 0, entry);
      count(entry, 1);
      return 'queued';
    },
    putBack(returned) {
      entries.unshift(...returned);
      fixed += returned.length;
      for (const entry of returned) count(entry, 1);
    },
    cancel(query) {
      const index = entries.findIndex((entry) => entry.query === query);
      if (index < 0) return false;
      remove(index);
      return true;
    },
    take(now, options) {
      if (prioritised > 0) promoteStarving(now);
      rejectFrom(0, now, options);
      const [head] = entries;
      if (head === undefined) return [];
      pass(head);
      let length = 1;
      let batchItems = head.query.items;
      let { dueAt } = head.query;
      while (!head.alone) {
        rejectFrom(length, now, options);
        const next = entries[length];
        if (next === undefined || next.alone || next.query.batchKey !== head.query.batchKey) break;
        batchItems += next.query.items;
        dueAt = Math.min(dueAt, next.query.dueAt);
        if (
          batchItems > options.ceiling ||
          options.startsAt + options.expectedMs(batchItems, head.query.shapes) > dueAt
        )
          break;
        pass(next);
        length += 1;
      }
      return remove(0, length);
    },
    takeAll() {
      return remove(0, entries.length);
    },
  };
}

/** A query that is about to be queued. */
interface Added<Q extends QueuedQuery> {
  readonly query: Q;
  readonly now: number;
  readonly times: QueueTimes;
}

/** Returns the expected time from now until the batch behind `ahead` items starts. */
const batchesMs = (ahead: number, now: number, { startsAt, ceiling, everyMs }: QueueTimes): number =>
  startsAt - now + Math.floor(ahead / ceiling) * everyMs;

/** Returns the expected time from now until a query behind `ahead` items ends. */
const leftMs = ({ items, shapes }: QueuedQuery, ahead: number, now: number, times: QueueTimes): number =>
  batchesMs(ahead, now, times) + times.expectedMs((ahead % times.ceiling) + items, shapes);

/** Returns whether a query that is expected to end in `ms` misses its objective. */
const isLate = ({ dueAt }: QueuedQuery, ms: number, now: number, { promisedMs }: QueueTimes): boolean =>
  now + promisedMs(ms) > dueAt;

/** A query that has begun to run once is run again, even if its answer is late. */
function rejectionOf<Q extends QueuedQuery>(
  { query, alone, deaths }: QueueEntry<Q>,
  now: number,
  { startsAt, expectedMs }: TakeOptions<Q>,
): 'late' | 'expired' | undefined {
  if (query.deadlineAt <= now) return 'expired';
  if (alone || deaths > 0) return undefined;
  return startsAt + expectedMs(query.items, query.shapes) > query.dueAt ? 'late' : undefined;
}

/** Returns the position behind the last entry of a priority, at or after `from`, by binary search. */
function endOfPriority<Q extends QueuedQuery>(
  entries: readonly QueueEntry<Q>[],
  from: number,
  priority: number,
): number {
  let [low, high] = [from, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.query.priority ?? 0) > priority) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Returns the position at which a query is queued, at or after `from`, by binary search. */
function positionOf<Q extends QueuedQuery>(entries: readonly QueueEntry<Q>[], from: number, query: Q): number {
  let [low, high] = [from, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = entries[middle]?.query;
    if (other !== undefined && isBefore(query, other)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const isStarving = ({ enqueuedAt, dueAt }: QueuedQuery, maxOvertakenMs: number, now: number): boolean =>
  now - enqueuedAt >= Math.min(maxOvertakenMs, (dueAt - enqueuedAt) / 2);
