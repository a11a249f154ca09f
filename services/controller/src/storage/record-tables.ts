// Tables of the store's records, updated by the store's entries and events.

import { errorText, type Measurement } from '@pareto/core';
import { preferredMeasurement } from '@pareto/policy';
import type { Compare, Entry, Revision, WatchEvent } from '@pareto/state';
import { migrateRecord } from './migrate-record.js';
import { measurementTableKey, prefixes, type RecordKind, type Records } from './records.js';

export interface Stored<T> {
  readonly key: string;
  readonly value: T;
  readonly createRevision: Revision;
  readonly modRevision: Revision;
}

/** Returns the condition that the key was not written since `read`. Undefined means that the key did not exist. */
export const unchangedSince = (key: string, read: Stored<unknown> | undefined): Compare =>
  read === undefined ? { kind: 'absent', key } : { kind: 'revision', key, modRevision: read.modRevision };

/** Returns the condition that the record of a key is the one in `records`. Undefined for a key of no table. */
export function unchangedIn(records: RecordView, key: string): Compare | undefined {
  const kind = kindOf(key);
  if (kind === undefined) return undefined;
  const read = records[kind].get(kind === 'measurements' ? measurementTableKey(key) : key);
  return unchangedSince(read?.key ?? key, read);
}

/**
 * Records of each kind by store key. Of the measurements of one variant on one hardware class whose keys differ in the
 * memory, only one is in the table, under the key without a memory.
 */
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
  /** Applies the events. Returns a change for each that concerns a table. */
  apply(events: readonly WatchEvent[]): readonly RecordChange[];
}

/** Kinds whose values are plain text. */
const textKinds: ReadonlySet<RecordKind> = new Set(['candidates', 'declarations']);

export const recordKinds = Object.keys(prefixes) as readonly RecordKind[];

/**
 * Creates empty tables. Unreadable values are left out and reported to `onUnreadable`, so that they do not hide other
 * records.
 */
export function createRecordTables(onUnreadable: (key: string, reason: string) => void): RecordTables {
  const tables = emptyTables();
  /** All measurements, by their keys in the table. */
  const measured = new Map<string, readonly Stored<Measurement>[]>();

  const read = (kind: RecordKind, { key, value, createRevision, modRevision }: Entry): Stored<unknown> | undefined => {
    try {
      const parsed: unknown = textKinds.has(kind) ? value : migrateRecord(kind, JSON.parse(value));
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
    const written = entry && read(kind, entry);
    const own = kind === 'measurements' ? measurementTableKey(key) : key;
    const after = kind === 'measurements' ? pickMeasurement(own, key, written as Stored<Measurement>) : written;
    const before = table.get(own);
    if (after === undefined) table.delete(own);
    else table.set(own, after);
    return [{ kind, before, after } as RecordChange];
  };
  /** Replaces the measurement of a key, and returns the one for the table. */
  const pickMeasurement = (
    own: string,
    key: string,
    written: Stored<Measurement> | undefined,
  ): Stored<Measurement> | undefined => {
    const others = (measured.get(own) ?? []).filter((one) => one.key !== key);
    const all = written === undefined ? others : [...others, written];
    if (all.length === 0) measured.delete(own);
    else measured.set(own, all);
    return preferredMeasurement(all);
  };

  const storedKeys = (kind: RecordKind): readonly string[] =>
    kind === 'measurements' ? [...measured.values()].flat().map(({ key }) => key) : [...tables[kind].keys()];

  return {
    view: tables,
    replaceAll(entries) {
      const listed = new Set(entries.map(({ key }) => key));
      const known = recordKinds.flatMap(storedKeys);
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
    declarations: new Map(),
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
    freezes: new Map(),
    settlements: new Map(),
    events: new Map(),
  };
}

const kindOf = (key: string): RecordKind | undefined => recordKinds.find((kind) => key.startsWith(prefixes[kind]));
