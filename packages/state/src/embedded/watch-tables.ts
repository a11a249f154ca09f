// Watches of the embedded store: each reads the stored history and is woken by commits.

import type { Revision, Watched, WatchEvent } from '../store.js';
import { compactedOf, eventsBetween, revisionOf, type Tables } from './tables.js';

/** Signal that wakes the watches at each commit. */
export interface Wake {
  readonly closed: AbortSignal;
  readonly all: () => void;
  close(): void;
  /** Resolves at the next commit, or when closed or aborted. */
  next(signal: AbortSignal): Promise<void>;
}

export function createWake(): Wake {
  const closing = new AbortController();
  const waiting = new Set<() => void>();
  const all = (): void => {
    for (const resume of [...waiting]) resume();
  };
  return {
    closed: closing.signal,
    all,
    close() {
      closing.abort();
      all();
    },
    next(signal) {
      return new Promise((resolve) => {
        const resume = (): void => {
          waiting.delete(resume);
          signal.removeEventListener('abort', resume);
          resolve();
        };
        waiting.add(resume);
        signal.addEventListener('abort', resume);
      });
    },
  };
}

/** Maximum number of revisions read at a time, which bounds the time and memory of a watch that is far behind. */
const maxRevisions = 256;

export async function* watchTables(
  tables: Tables,
  wake: Wake,
  prefix: string,
  fromRevision: Revision,
  signal: AbortSignal,
): AsyncGenerator<Watched> {
  let next = fromRevision;
  while (!signal.aborted && !wake.closed.aborted) {
    tables.root.resetReadTxn();
    const compacted = compactedOf(tables);
    if (next < compacted) {
      yield { kind: 'compacted', revision: compacted };
      return;
    }
    const revision = Math.min(revisionOf(tables), next + maxRevisions - 1);
    if (revision < next) {
      await wake.next(signal);
      continue;
    }
    const events = eventsBetween(tables, next, revision).filter((event) => keyOf(event).startsWith(prefix));
    next = revision + 1;
    if (events.length > 0) yield { kind: 'events', revision, events };
  }
}

const keyOf = (event: WatchEvent): string => (event.kind === 'put' ? event.entry.key : event.key);
