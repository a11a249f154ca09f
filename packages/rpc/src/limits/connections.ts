// Bounds the number of connections. When the bound is reached, the connection that has been of no use for the longest
// makes room, so that idle and stalled connections take nothing from others.

import type { Clock } from '@pareto/core';

export interface Connection extends Disposable {
  /** Marks the begin of the work on a complete request. The connection is not ended before `served`. */
  serving(): void;
  served(): void;
}

export interface Connections {
  readonly count: number;
  /**
   * Adds a connection, which is disposed when it closes. `end` closes it in favour of another, or immediately if all
   * others are in use.
   */
  add(end: () => void): Connection;
}

export interface ConnectionsOptions {
  readonly max: number;
  readonly clock: Clock;
  readonly onReached: () => void;
}

interface Entry {
  readonly end: () => void;
  /** Number of requests in progress. */
  serving: number;
  /** Time of the last reply, or of the begin. */
  usefulAt: number;
}

export function createConnections({ max, clock, onReached }: ConnectionsOptions): Connections {
  const entries = new Set<Entry>();
  return {
    get count() {
      return entries.size;
    },
    add(end) {
      const entry: Entry = { end, serving: 0, usefulAt: clock.now() };
      if (entries.size >= max) {
        const ended = pickUseless(entries) ?? entry;
        entries.delete(ended);
        onReached();
        ended.end();
        if (ended !== entry) entries.add(entry);
      } else entries.add(entry);
      return {
        serving: () => void entry.serving++,
        served() {
          entry.serving--;
          entry.usefulAt = clock.now();
        },
        [Symbol.dispose]: () => void entries.delete(entry),
      };
    },
  };
}

/** Picks the connection without a request in progress whose last reply is the longest ago. Undefined if there is none. */
function pickUseless(entries: Iterable<Entry>): Entry | undefined {
  let found: Entry | undefined;
  for (const entry of entries) {
    if (entry.serving === 0 && (found === undefined || entry.usefulAt < found.usefulAt)) found = entry;
  }
  return found;
}
