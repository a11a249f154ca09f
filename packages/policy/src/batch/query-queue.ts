// The queries that wait at one replica: by priority, and then by the time at which they are due.

import { removeRange, type Shapes } from '@pareto/core';
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

export interface BatchTimes {
  /** Maximum number of items in a batch. A single larger query runs alone. */
  readonly ceiling: number;
  /** Time at which the next batch starts: now, or later if another one runs before it. */
  readonly startsAt: number;
  /** Returns the expected time of a batch of inputs of these shapes. 0 if it is unknown. */
  expectedMs(items: number, shapes: Shapes | undefined): number;
}

export interface QueueTimes extends BatchTimes {
  /** Time from one batch to the next while the queue is not empty. */
  readonly everyMs: number;
  /** Returns the time that a query must have, which is expected to take `ms`. */
  promisedMs(ms: number): number;
  /** Called with the expected time of a query, and the time that it has. */
  onOffered(ms: number, limitMs: number): void;
}

/** A query that cannot meet its objective, or whose caller has stopped waiting. */
export interface RejectedQuery<Q extends QueuedQuery> {
  readonly query: Q;
  readonly reason: 'late' | 'expired';
}

/** A class, because the state of each replica is read once per query: closures would spread it over many objects. */
export class QueryQueue<Q extends QueuedQuery> {
  readonly #bounds: QueueBounds;
  readonly #maxOvertakenMs: number;
  /** Queued entries in the order of service. */
  readonly #entries: QueueEntry<Q>[] = [];
  /** Number of entries at the front that no other query overtakes. */
  #fixed = 0;
  #items = 0;
  #bytes = 0;
  /** Number of entries with a priority. Without any, the order by due time keeps every query from starving. */
  #prioritised = 0;
  /** Number of entries whose number of items is not 1. */
  #multiples = 0;
  /** Number of items taken or rejected so far. */
  #passed = 0;
  /** Upper bound of the expected time of a batch of any queued query. */
  #slowestMs = 0;

  /** See `SlotParams` for `maxOvertakenMs`. */
  constructor(bounds: QueueBounds, maxOvertakenMs: number) {
    this.#bounds = bounds;
    this.#maxOvertakenMs = maxOvertakenMs;
  }

  length(): number {
    return this.#entries.length;
  }
  items(): number {
    return this.#items;
  }
  /** Returns the query that is served next. Undefined if none is queued. */
  first(): Q | undefined {
    return this.#entries[0]?.query;
  }

  /**
   * Adds a query, unless the queue is full, or the query or one that it delays is expected to miss its objective by that. Only
   * one with a lower priority may.
   * `times` is undefined if nothing is known. An empty queue accepts a query of any size.
   */
  push(query: Q, now: number, times: QueueTimes | undefined): 'queued' | 'full' | 'late' {
    const entries = this.#entries;
    const { items, bytes } = this.#bounds;
    const isFull = this.#items + query.items > items || this.#bytes + query.bytes > bytes;
    if (isFull && entries.length > 0) return 'full';
    const position = positionOf(entries, this.#fixed, query);
    const ahead = position === entries.length ? this.#items : this.#itemsOf(0, position);
    const entry: QueueEntry<Q> = {
      query,
      deaths: 0,
      alone: false,
      expectedAt: undefined,
      passedBefore: this.#passed + ahead,
      itemMs: 0,
    };
    if (times !== undefined && !this.#expect(entry, position, ahead, now, times)) return 'late';
    if (position === entries.length) entries.push(entry);
    else entries.splice(position, 0, entry);
    this.#count(entry, 1);
    return 'queued';
  }

  /** Puts entries back in front of all others, regardless of the bounds, since they were accepted before. */
  putBack(returned: readonly QueueEntry<Q>[]): void {
    this.#entries.unshift(...returned);
    this.#fixed += returned.length;
    for (const entry of returned) this.#count(entry, 1);
  }

  /** Removes a query. Returns false if it is not queued. */
  cancel(query: Q): boolean {
    const index = this.#entries.findIndex((entry) => entry.query === query);
    if (index < 0) return false;
    this.#remove(index);
    return true;
  }

  /**
   * Removes and returns the next batch: the first queries, up to the ceiling, as long as all of them are expected to
   * meet their objective. Removes the queries that cannot meet it even alone, and appends them to `rejected`. Returns an empty list
   * if none is left.
   */
  take(now: number, times: BatchTimes, rejected: RejectedQuery<Q>[]): readonly QueueEntry<Q>[] {
    if (this.#prioritised > 0) this.#promoteStarving(now);
    this.#rejectFrom(0, now, times, rejected);
    const [head] = this.#entries;
    if (head === undefined) return [];
    this.#pass(head);
    let length = 1;
    let batchItems = head.query.items;
    let { dueAt } = head.query;
    while (!head.alone) {
      this.#rejectFrom(length, now, times, rejected);
      const next = this.#entries[length];
      if (next === undefined || next.alone || next.query.batchKey !== head.query.batchKey) break;
      batchItems += next.query.items;
      dueAt = Math.min(dueAt, next.query.dueAt);
      if (batchItems > times.ceiling || times.startsAt + times.expectedMs(batchItems, head.query.shapes) > dueAt) break;
      this.#pass(next);
      length += 1;
    }
    return this.#remove(0, length);
  }

  /** Removes and returns all entries. */
  takeAll(): readonly QueueEntry<Q>[] {
    return this.#remove(0, this.#entries.length);
  }

  #count({ query }: QueueEntry<Q>, sign: 1 | -1): void {
    this.#items += sign * query.items;
    this.#bytes += sign * query.bytes;
    if (query.priority < Infinity) this.#prioritised += sign;
    if (query.items !== 1) this.#multiples += sign;
  }
  /** Returns the number of items of the entries from `low` to before `high`. */
  #itemsOf(low: number, high: number): number {
    if (this.#multiples === 0) return high - low;
    let total = 0;
    for (let index = low; index < high; index++) total += this.#entries[index]?.query.items ?? 0;
    return total;
  }
  /** Returns whether the query at `position` makes another one too late for its objective whose priority is not lower. */
  #delaysAny(position: number, ahead: number, added: Added<Q>): boolean {
    const { priority } = added.query;
    const end = priority === Infinity ? this.#entries.length : endOfPriority(this.#entries, position, priority);
    return position < end && this.#delaysOneOf(position, end, ahead, ahead + this.#itemsOf(position, end), added);
  }
  /**
   * Returns whether one of the entries from `low` to before `high` is made late, of which the first one has `ahead` items before it,
   * and the one behind the last has `through`. Since they are sorted by due time, none is late if the first one could be the last.
   */
  #delaysOneOf(low: number, high: number, ahead: number, through: number, added: Added<Q>): boolean {
    const { query, now, times } = added;
    const first = this.#entries[low]?.query;
    if (first === undefined) return false;
    if (!isLate(first, batchesMs(through + query.items, now, times) + this.#slowestMs, now, times)) return false;
    if (high - low > 1) {
      const middle = (low + high) >> 1;
      const between = ahead + this.#itemsOf(low, middle);
      return (
        this.#delaysOneOf(middle, high, between, through, added) ||
        this.#delaysOneOf(low, middle, ahead, between, added)
      );
    }
    const isLateBehind = (before: number): boolean => isLate(first, leftMs(first, before, now, times), now, times);
    return isLateBehind(ahead + query.items) && !isLateBehind(ahead);
  }
  #remove(from: number, length = 1): readonly QueueEntry<Q>[] {
    const removed = this.#entries.slice(from, from + length);
    removeRange(this.#entries, from, length);
    for (const entry of removed) this.#count(entry, -1);
    this.#fixed -= Math.max(0, Math.min(this.#fixed, from + length) - from);
    return removed;
  }
  /** Sets the expected end of a query. Returns false if it would be late, or make another one late. */
  #expect(entry: QueueEntry<Q>, position: number, ahead: number, now: number, times: QueueTimes): boolean {
    const { query } = entry;
    const { ceiling, everyMs } = times;
    const { length } = this.#entries;
    const ownMs = leftMs(query, ahead, now, times);
    times.onOffered(ownMs, query.dueAt - now);
    if (isLate(query, ownMs, now, times)) return false;
    const maxMs = everyMs * Math.ceil((ceiling - 1 + query.items) / ceiling);
    this.#slowestMs = length === 0 ? maxMs : Math.max(this.#slowestMs, maxMs);
    if (position < length && this.#delaysAny(position, ahead, { query, now, times })) return false;
    entry.expectedAt = now + ownMs;
    entry.itemMs = everyMs / ceiling;
    return true;
  }
  /** Counts a query that is taken or rejected, and corrects its expected end. */
  #pass(entry: QueueEntry<Q>): void {
    if (entry.expectedAt !== undefined) entry.expectedAt += (this.#passed - entry.passedBefore) * entry.itemMs;
    entry.itemMs = 0;
    this.#passed += entry.query.items;
  }
  #promoteStarving(now: number): void {
    const entries = this.#entries;
    for (let index = this.#fixed; index < entries.length; index++) {
      const entry = entries[index];
      if (entry === undefined || !isStarving(entry.query, this.#maxOvertakenMs, now)) continue;
      entries.splice(index, 1);
      entries.splice(this.#fixed++, 0, entry);
    }
  }
  #rejectFrom(index: number, now: number, times: BatchTimes, rejected: RejectedQuery<Q>[]): void {
    for (let entry = this.#entries[index]; entry !== undefined; entry = this.#entries[index]) {
      const reason = rejectionOf(entry, now, times);
      if (reason === undefined) return;
      this.#remove(index);
      this.#pass(entry);
      rejected.push({ query: entry.query, reason });
    }
  }
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
const isLate = ({ dueAt }: QueuedQuery, ms: number, now: number, times: QueueTimes): boolean =>
  now + times.promisedMs(ms) > dueAt;

/** A query that has begun to run once is run again, even if its answer is late. */
function rejectionOf<Q extends QueuedQuery>(
  { query, alone, deaths }: QueueEntry<Q>,
  now: number,
  times: BatchTimes,
): 'late' | 'expired' | undefined {
  if (query.deadlineAt <= now) return 'expired';
  if (alone || deaths > 0) return undefined;
  return times.startsAt + times.expectedMs(query.items, query.shapes) > query.dueAt ? 'late' : undefined;
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
