// Bounds the number of connections. When the bound is reached, the oldest connection without a request makes room, or
// else the one whose last reply is the longest ago, each of the host that has the most of them, so that idle and stalled
// connections take nothing from others. Half of the bound is for connections that have had a request, and no host has
// more than half of the rest.

import { hostOf } from './host.js';
import type { TurnOwner } from './turns.js';

export interface Connection extends TurnOwner, Disposable {
  /** Marks the begin of the work on a complete request. The connection is not ended before `served`. */
  serving(): void;
  served(): void;
}

export interface Connections {
  readonly count: number;
  /**
   * Adds a connection from an address, which is disposed when it closes. `end` closes it in favour of another, or
   * immediately if all others are in use.
   */
  add(address: string | undefined, end: () => void): Connection;
}

interface Entry {
  readonly host: string;
  readonly end: () => void;
  /** Number of requests in progress. */
  serving: number;
}

/** `onReached` is called whenever the bound of `max` connections is reached. */
export function createConnections(max: number, onReached: () => void): Connections {
  const all = new Set<Entry>();
  /** Connections without a request so far. */
  const unproven = new Waiting();
  /** Connections that have had requests, but have none in progress. */
  const idle = new Waiting();
  const maxUnproven = Math.ceil(max / 2);
  const maxOfHost = Math.ceil(maxUnproven / 2);
  const remove = (entry: Entry): void => {
    all.delete(entry);
    unproven.delete(entry);
    idle.delete(entry);
  };
  const hasRoom = (host: string): boolean =>
    all.size < max && unproven.size < maxUnproven && unproven.countOf(host) < maxOfHost;
  function makeRoom(entry: Entry): boolean {
    const own = unproven.countOf(entry.host) < maxOfHost ? undefined : unproven.firstOf(entry.host);
    const ended = own ?? unproven.firstOfLargest() ?? idle.firstOfLargest() ?? entry;
    onReached();
    remove(ended);
    ended.end();
    return ended !== entry;
  }
  return {
    get count() {
      return all.size;
    },
    add(address, end) {
      const host = hostOf(address);
      const entry: Entry = { host, end, serving: 0 };
      if (hasRoom(host) || makeRoom(entry)) {
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

/** Connections that wait for a request, by host. The first one of a host has waited for the longest. */
class Waiting {
  size = 0;
  readonly #hosts = new Map<string, Set<Entry>>();

  add(entry: Entry): void {
    const entries = this.#hosts.get(entry.host) ?? new Set();
    this.#hosts.set(entry.host, entries.add(entry));
    this.size += 1;
  }
  delete(entry: Entry): void {
    const entries = this.#hosts.get(entry.host);
    if (entries?.delete(entry) !== true) return;
    this.size -= 1;
    if (entries.size === 0) this.#hosts.delete(entry.host);
  }
  countOf(host: string): number {
    return this.#hosts.get(host)?.size ?? 0;
  }
  firstOf(host: string): Entry | undefined {
    return firstIn(this.#hosts.get(host));
  }
  firstOfLargest(): Entry | undefined {
    let largest: ReadonlySet<Entry> | undefined;
    for (const entries of this.#hosts.values()) if (entries.size > (largest?.size ?? 0)) largest = entries;
    return firstIn(largest);
  }
}

function firstIn(entries: ReadonlySet<Entry> | undefined): Entry | undefined {
  const [first] = entries ?? [];
  return first;
}

/** Records when one call uses its connection. Each method may be called again. */
export class Use {
  readonly #connection: Connection | undefined;
  #isUsed = false;

  constructor(connection: Connection | undefined) {
    this.#connection = connection;
  }
  begin(): void {
    if (!this.#isUsed) this.#connection?.serving();
    this.#isUsed = true;
  }
  end(): void {
    if (this.#isUsed) this.#connection?.served();
    this.#isUsed = false;
  }
}
