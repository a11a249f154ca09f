// The store in memory: listed once, then kept up to date by watching. All reading goes here, on every controller. Nothing
// that the store does ends it: a watch that breaks is opened again, and a history that is gone is listed anew.

import { ParetoError, type Clock } from '@pareto/core';
import type { Revision, Store, Watched } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import { createBackoff } from '../loops/backoff.js';
import { createNotifier } from '../loops/notifier.js';
import { createRecordTables, recordKinds, type RecordView } from './record-tables.js';
import type { RecordKind } from './records.js';

export interface Mirror {
  readonly records: RecordView;
  /** Everything up to here is in `records`. */
  readonly revision: Revision;
  /** The store was listed, and its history is still the one that was followed. */
  readonly synced: boolean;
  /** Lists the store, however long that takes, and goes on watching until the signal aborts. Resolves when in sync, or then. */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Resolves once a write at that revision can be read here. Throws `unavailable` when that takes too long, or when the
   * store was restored meanwhile.
   */
  reached(revision: Revision): Promise<void>;
  /** Resolves once the records are so. Throws `unavailable` as `reached` does. */
  shows(isSo: (records: RecordView) => boolean): Promise<void>;
  onChange(listener: (kinds: ReadonlySet<RecordKind>) => void): void;
  /** The history is another one than was followed. `records` are still those of before. */
  onRestored(listener: () => void): void;
}

export interface MirrorOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

const reachMs = 5_000;
const recheckMs = 2_000;

export function createMirror({ store, clock, logger }: MirrorOptions): Mirror {
  const tables = createRecordTables((key, reason) => logger.error('record unreadable', { key, reason }));
  const changed = createNotifier(clock);
  const listeners: ((kinds: ReadonlySet<RecordKind>) => void)[] = [];
  const onRestored: (() => void)[] = [];
  let revision = -1;
  let synced = false;
  /** Of the histories followed so far. */
  let history = 0;
  let ended = new AbortController().signal;

  const advance = (to: Revision, touched: ReadonlySet<RecordKind>): void => {
    revision = to;
    if (touched.size > 0) for (const listener of listeners) listener(touched);
    changed.notify();
  };

  const list = async (): Promise<void> => {
    const range = await store.range('');
    tables.replaceAll(range.entries);
    synced = true;
    advance(range.revision, new Set(recordKinds));
  };

  const take = (watched: Watched): void => {
    if (watched.kind === 'events') return advance(watched.revision, tables.apply(watched.events));
    synced = false;
    if (watched.kind === 'compacted') return logger.info('store compacted', { revision: watched.revision });
    history += 1;
    for (const listener of onRestored) listener();
    changed.notify();
  };

  /** Until the watch ends or breaks, or what it followed is gone. */
  const follow = async (signal: AbortSignal, onProgress: () => void): Promise<void> => {
    if (!synced) await list();
    onProgress();
    for await (const watched of store.watch('', revision + 1, signal)) {
      take(watched);
      onProgress();
      if (!synced) return;
    }
    if (!signal.aborted) throw new ParetoError('unavailable', 'the watch of the store ended');
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    const backoff = createBackoff(clock);
    const rest = async (error: unknown): Promise<void> => {
      if (signal.aborted) return;
      logger.warn('store not followed', { error });
      await backoff.pause(signal);
    };
    while (!signal.aborted) await follow(signal, backoff.reset).catch(rest);
  };

  const waitUntil = async (isThere: () => boolean, what: string): Promise<void> => {
    const began = history;
    const deadline = clock.now() + reachMs;
    while (!synced || !isThere()) {
      checkWait(what, ended, history !== began, clock.now() >= deadline);
      await changed.wait(Math.max(1, deadline - clock.now()), ended);
    }
  };

  return {
    records: tables.view,
    get revision() {
      return revision;
    },
    get synced() {
      return synced;
    },
    async start(signal) {
      ended = signal;
      void run(signal);
      while (!synced && !signal.aborted) await changed.wait(recheckMs, signal);
    },
    reached: (wanted) => waitUntil(() => revision >= wanted, 'it was written'),
    shows: (isSo) => waitUntil(() => isSo(tables.view), 'it has come about'),
    onChange: (listener) => void listeners.push(listener),
    onRestored: (listener) => void onRestored.push(listener),
  };
}

function checkWait(what: string, ended: AbortSignal, isRestored: boolean, isLate: boolean): void {
  const fail = (why: string): never => {
    throw new ParetoError('unavailable', why);
  };
  if (ended.aborted) fail(`${what}, but the controller is stopping: look again at another one`);
  if (isRestored) fail(`${what}, and then the store was restored: look whether it is there, and try again`);
  if (isLate) fail(`${what}, but the store does not tell of it yet: look again in a moment`);
}
