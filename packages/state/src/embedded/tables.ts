// The LMDB databases of the embedded store: entries by key, events by [revision, position], and counters.

import { open, type Database, type RootDatabase } from 'lmdb';
import type { Entry, Revision, WatchEvent } from '../store.js';

export interface Tables {
  readonly root: RootDatabase;
  readonly entries: Database<Entry, string>;
  readonly history: Database<WatchEvent, number[]>;
  readonly counters: Database<number, 'revision' | 'compacted'>;
}

/** Opens the databases. A commit returns once it is flushed to disk (`overlappingSync: false`). */
export function openTables(path: string): Tables {
  const root = open({ path, overlappingSync: false, maxDbs: 4, noSubdir: false });
  return {
    root,
    entries: root.openDB({ name: 'entries', encoding: 'json' }),
    history: root.openDB({ name: 'history', encoding: 'json' }),
    counters: root.openDB({ name: 'counters', encoding: 'json' }),
  };
}

export const revisionOf = (tables: Tables): Revision => tables.counters.get('revision') ?? 0;

/** Returns the revision before which events are compacted. */
export const compactedOf = (tables: Tables): Revision => tables.counters.get('compacted') ?? 0;

/** Returns a key above every printable ASCII key that starts with the prefix. */
const endOf = (prefix: string): string => `${prefix}\x7f`;

export function entriesUnder(tables: Tables, prefix: string): readonly Entry[] {
  return Array.from(tables.entries.getRange({ start: prefix, end: endOf(prefix) }), ({ value }) => value);
}

export function eventsBetween(tables: Tables, from: Revision, to: Revision): readonly WatchEvent[] {
  return Array.from(tables.history.getRange({ start: [from], end: [to + 1] }), ({ value }) => value);
}
