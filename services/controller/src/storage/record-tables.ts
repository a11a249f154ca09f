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

/** A record that was written or deleted. `before` or `after` is undefined if the record did not or does not exist. */
export type RecordChange = {
  readonly [K in RecordKind]: {
    readonly kind: K;
    readonly before: Stored<Records[K]> | undefined;
    readonly after: Stored<Records[K]> | undefined;
  };
}[RecordKind];

export interface RecordTables {
  readonly view: RecordView;
  /** Replaces all records. Returns the differences. */
  replaceAll(entries: readonly Entry[]): readonly RecordChange[];
  /** Applies the events. Returns a change for each. */
  apply(events: readonly WatchEvent[]): readonly RecordChange[];
}

export const recordKinds = Object.keys(prefixes) as readonly RecordKind[];

/**
 * Creates empty tables. Unreadable values are left out and reported to `onUnreadable`, so that they do not hide other
 * records.
 */
export function createRecordTables(onUnreadable: (key: string, reason: string) => void): RecordTables {
  const tables = emptyTables();

  const read = (kind: RecordKind, { key, value, createRevision, modRevision }: Entry): Stored<unknown> | undefined => {
    try {
      const parsed: unknown = kind === 'candidates' ? value : migrateRecord(kind, JSON.parse(value));
      return { key, value: parsed, createRevision, modRevision };
    } catch (error) {
      onUnreadable(key, errorText(error));
      return undefined;
    }
  };
  /** Writes or deletes the record of a key. */
  const set = (key: string, entry: Entry | undefined): readonly RecordChange[] => {
    const kind = kindOf(key);
    if (kind === undefined) return [];
    const table: Map<string, Stored<unknown>> = tables[kind];
    const before = table.get(key);
    const after = entry && read(kind, entry);
    if (after === undefined) table.delete(key);
    else table.set(key, after);
    return [{ kind, before, after } as RecordChange];
  };

  return {
    view: tables,
    replaceAll(entries) {
      const listed = new Set(entries.map(({ key }) => key));
      const known = recordKinds.flatMap((kind) => [...tables[kind].keys()]);
      const gone = known.filter((key) => !listed.has(key)).flatMap((key) => set(key, undefined));
      const changed = entries.flatMap((entry) => set(entry.key, entry));
      return [...gone, ...changed.filter(({ before, after }) => before?.modRevision !== after?.modRevision)];
    },
    apply: (events) =>
      events.flatMap((event) => (event.kind === 'put' ? set(event.entry.key, event.entry) : set(event.key, undefined))),
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
    events: new Map(),
  };
}

const kindOf = (key: string): RecordKind | undefined => recordKinds.find((kind) => key.startsWith(prefixes[kind]));
