// Bounds the number of connections. When the bound is reached, the connection that has been of no use for the longest
// makes room, so that idle and stalled connections take nothing from others.

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
  readonly onReached: () => void;
}

interface Entry {
  readonly end: () => void;
  /** Number of requests in progress. */
  serving: number;
}

export function createConnections({ max, onReached }: ConnectionsOptions): Connections {
  const all = new Set<Entry>();
  /** Connections without a request in progress. The first has been of no use for the longest. */
  const useless = new Set<Entry>();
  const remove = (entry: Entry): void => {
    all.delete(entry);
    useless.delete(entry);
  };
  function makeRoom(entry: Entry): boolean {
    const [ended = entry] = useless;
    onReached();
    remove(ended);
    ended.end();
    return ended !== entry;
  }
  return {
    get count() {
      return all.size;
    },
    add(end) {
      const entry: Entry = { end, serving: 0 };
      if (all.size < max || makeRoom(entry)) {
        all.add(entry);
        useless.add(entry);
      }
      return {
        serving() {
          entry.serving += 1;
          useless.delete(entry);
        },
        served() {
          entry.serving -= 1;
          if (entry.serving === 0 && all.has(entry)) useless.add(entry);
        },
        [Symbol.dispose]: () => remove(entry),
      };
    },
  };
}
