// The store in memory: listed once, then kept up to date by watching. All reading goes here, on every controller.

import { ParetoError, type Clock } from '@pareto/core';
import type { Entry, Revision, Store, WatchEvent } from '@pareto/state';
import { createNotifier } from './notifier.js';
import { prefixes, type RecordKind, type Records } from './records.js';

export interface Stored<T> {
  readonly key: string;
  readonly value: T;
  readonly modRevision: Revision;
}

/** By store key. */
export type RecordView = { readonly [K in RecordKind]: ReadonlyMap<string, Stored<Records[K]>> };

export interface Mirror {
  readonly records: RecordView;
  /** Everything up to here is in `records`. */
  readonly revision: Revision;
  readonly synced: boolean;
  /** Lists the store; resolves when in sync, and goes on watching until the signal aborts. */
  start(signal: AbortSignal, fail: (error: unknown) => void): Promise<void>;
  /** Resolves once a write at that revision can be read here. */
  reached(revision: Revision): Promise<void>;
  onChange(listener: (kinds: ReadonlySet<RecordKind>) => void): void;
}

type Tables = { readonly [K in RecordKind]: Map<string, Stored<Records[K]>> };

const kinds = Object.keys(prefixes) as readonly RecordKind[];

export function createMirror(store: Store, clock: Clock): Mirror {
  const tables = createTables();
  const changed = createNotifier(clock);
  const listeners: ((kinds: ReadonlySet<RecordKind>) => void)[] = [];
  let revision = -1;
  let ended = new AbortController().signal;

  const advance = (to: Revision, touched: ReadonlySet<RecordKind>): void => {
    revision = to;
    if (touched.size > 0) for (const listener of listeners) listener(touched);
    changed.notify();
  };

  const list = async (): Promise<void> => {
    const range = await store.range('');
    for (const kind of kinds) tables[kind].clear();
    for (const entry of range.entries) putEntry(tables, entry);
    advance(range.revision, new Set(kinds));
  };

  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const watched of store.watch('', revision + 1, signal)) {
      if (watched.kind === 'events') advance(watched.revision, applyEvents(tables, watched.events));
      else await list().then(() => follow(signal));
    }
  };

  return {
    records: tables,
    get revision() {
      return revision;
    },
    get synced() {
      return revision >= 0;
    },
    async start(signal, fail) {
      ended = signal;
      await list();
      follow(signal).catch(fail);
    },
    async reached(wanted) {
      while (revision < wanted) {
        if (ended.aborted) throw new ParetoError('unavailable', 'the controller is stopping');
        await changed.wait(1_000, ended);
      }
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

function createTables(): Tables {
  return {
    names: new Map(),
    tasks: new Map(),
    architectures: new Map(),
    variants: new Map(),
    measurements: new Map(),
    assignments: new Map(),
    workers: new Map(),
    loads: new Map(),
    counters: new Map(),
    plans: new Map(),
  };
}

function applyEvents(tables: Tables, events: readonly WatchEvent[]): ReadonlySet<RecordKind> {
  const touched = new Set<RecordKind>();
  for (const event of events) {
    const key = event.kind === 'put' ? event.entry.key : event.key;
    const kind = kindOf(key);
    if (kind === undefined) continue;
    touched.add(kind);
    if (event.kind === 'put') putEntry(tables, event.entry);
    else tables[kind].delete(key);
  }
  return touched;
}

function putEntry(tables: Tables, { key, value, modRevision }: Entry): void {
  const kind = kindOf(key);
  if (kind === undefined) return;
  const table: Map<string, Stored<unknown>> = tables[kind];
  table.set(key, { key, value: JSON.parse(value) as unknown, modRevision });
}

const kindOf = (key: string): RecordKind | undefined => kinds.find((kind) => key.startsWith(prefixes[kind]));
