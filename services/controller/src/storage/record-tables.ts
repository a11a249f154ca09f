// Tables of the store's records, updated by the store's entries and events.

import { errorText } from '@pareto/core';
import type { Compare, Entry, Revision, WatchEvent } from '@pareto/state';
import { migrateRecord } from './migrate-record.js';
import { prefixes, type RecordKind, type Records } from './records.js';

export interface Stored<T> {
  readonly key: string;
  readonly value: T;
  readonly createRevision: Revision;
  readonly modRevision: Revision;
}

/** Returns the condition that the key was not written since `read`. Undefined means that the key did not exist. */
export const unchangedSince = (key: string, read: Stored<unknown> | undefined): Compare =>
  read === undefined ? { kind: 'absent', key } : { kind: 'revision', key, modRevision: read.modRevision };

/** Records of each kind by store key. */
export type RecordView = { readonly [K in RecordKind]: ReadonlyMap<string, Stored<Records[K]>> };

type Tables = { readonly [K in RecordKind]: Map<string, Stored<Records[K]>> };

export interface RecordTables {
  readonly view: RecordView;
  replaceAll(entries: readonly Entry[]): void;
  /** Applies the events. Returns the kinds of the changed records. */
  apply(events: readonly WatchEvent[]): ReadonlySet<RecordKind>;
}

export const recordKinds = Object.keys(prefixes) as readonly RecordKind[];

/**
 * Creates empty tables. Unreadable values are left out and reported to `onUnreadable`, so that they do not hide other
 * records.
 */
export function createRecordTables(onUnreadable: (key: string, reason: string) => void): RecordTables {
  const tables = emptyTables();

  const put = ({ key, value, createRevision, modRevision }: Entry): RecordKind | undefined => {
    const kind = kindOf(key);
    if (kind === undefined) return undefined;
    const table: Map<string, Stored<unknown>> = tables[kind];
    try {
      const parsed = kind === 'candidates' ? value : migrateRecord(kind, JSON.parse(value));
      table.set(key, { key, value: parsed, createRevision, modRevision });
    } catch (error) {
      table.delete(key);
      onUnreadable(key, errorText(error));
    }
    return kind;
  };
  const remove = (key: string): RecordKind | undefined => {
    const kind = kindOf(key);
    if (kind !== undefined) tables[kind].delete(key);
    return kind;
  };

  return {
    view: tables,
    replaceAll(entries) {
      for (const kind of recordKinds) tables[kind].clear();
      for (const entry of entries) put(entry);
    },
    apply(events) {
      const touched = events.map((event) => (event.kind === 'put' ? put(event.entry) : remove(event.key)));
      return new Set(touched.filter((kind) => kind !== undefined));
    },
  };
}

function emptyTables(): Tables {
  return {
    candidates: new Map(),
    names: new Map(),
    tasks: new Map(),
    architectures: new Map(),
    outcomes: new Map(),
    variants: new Map(),
    measurements: new Map(),
    rules: new Map(),
    ruleEvents: new Map(),
    assignments: new Map(),
    workers: new Map(),
    loads: new Map(),
    counters: new Map(),
    plans: new Map(),
    settlements: new Map(),
  };
}

const kindOf = (key: string): RecordKind | undefined => recordKinds.find((kind) => key.startsWith(prefixes[kind]));
