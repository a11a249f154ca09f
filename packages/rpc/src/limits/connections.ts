// Bounds the number of connections. When the bound is reached, the oldest connection without a request makes room, or
// else the one whose last reply is the longest ago, so that idle and stalled connections take nothing from others. Half
// of the bound is for connections that have had a request.

import type { TurnOwner } from './turns.js';

export interface Connection extends TurnOwner, Disposable {
  /** Marks the begin of the work on a complete request. The connection is not ended before `served`. */
  serving(): void;
  served(): void;
}

export interface Connections {
  readonly count: number;
  /**
   * Adds a connection of a host, which is disposed when it closes. `end` closes it in favour of another, or immediately
   * if all others are in use.
   */
  add(host: string, end: () => void): Connection;
}

export interface ConnectionsOptions {
  readonly max: number;
  readonly onReached: () => void;
}

interface Entry {
  readonly end: () => void;
  /** Number of requests in progress. */
  serving: number;
}

export function createConnections({ max, onReached }: ConnectionsOptions): Connections {
  const all = new Set<Entry>();
  /** Connections without a request so far, and those without one in progress. The first has waited for the longest. */
  const unproven = new Set<Entry>();
  const idle = new Set<Entry>();
  const maxUnproven = Math.ceil(max / 2);
  const remove = (entry: Entry): void => {
    all.delete(entry);
    unproven.delete(entry);
    idle.delete(entry);
  };
  function makeRoom(entry: Entry): boolean {
    const [ended = entry] = unproven.size > 0 ? unproven : idle;
    onReached();
    remove(ended);
    ended.end();
    return ended !== entry;
  }
  return {
    get count() {
      return all.size;
    },
    add(host, end) {
      const entry: Entry = { end, serving: 0 };
      const hasRoom = all.size < max && unproven.size < maxUnproven;
      if (hasRoom || makeRoom(entry)) {
        all.add(entry);
        unproven.add(entry);
      }
      return {
        host,
        serving() {
          entry.serving += 1;
          unproven.delete(entry);
          idle.delete(entry);
        },
        served() {
          entry.serving -= 1;
          if (entry.serving === 0 && all.has(entry)) idle.add(entry);
        },
        [Symbol.dispose]: () => remove(entry),
      };
    },
  };
}

export interface Use {
  begin(): void;
  end(): void;
}

/** Records when one call uses its connection. Each function may be called again. */
export function createUse(connection: Connection | undefined): Use {
  let isUsed = false;
  return {
    begin() {
      if (!isUsed) connection?.serving();
      isUsed = true;
    },
    end() {
      if (isUsed) connection?.served();
      isUsed = false;
    },
  };
}
