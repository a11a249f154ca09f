// A copy of the store in memory, which every controller reads from: listed once, then updated by a watch. A watch that
// breaks is opened again, and the store is listed again if the watched history was compacted or replaced.

import { ParetoError, type Clock } from '@pareto/core';
import type { Revision, Store, Watched } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import { createBackoff } from '../loops/backoff.js';
import { createNotifier } from '../loops/notifier.js';
import { createRecordTables, recordKinds, type RecordView } from './record-tables.js';
import type { RecordKind } from './records.js';

export interface Mirror {
  readonly records: RecordView;
  /** The latest revision that `records` contain. */
  readonly revision: Revision;
  /** The store was listed, and its history has not been compacted or replaced since. */
  readonly synced: boolean;
  /** Lists the store and watches it until the signal aborts. Resolves when it is listed, or when the signal aborts. */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when `records` contain the writes up to the revision. Throws `unavailable` after 5 s, or if the store was
   * restored meanwhile.
   */
  reached(revision: Revision): Promise<void>;
  /** Resolves when the records satisfy the condition. Throws `unavailable` as `reached` does. */
  shows(isSo: (records: RecordView) => boolean): Promise<void>;
  /** Adds a listener that gets the kinds of changed records. */
  onChange(listener: (kinds: ReadonlySet<RecordKind>) => void): void;
  /**
   * Adds a listener that is called when the store's history was replaced. `records` are still those of the old history
   * then.
   */
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
  /** Number of times that the store's history was replaced. */
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
    if (watched.kind === 'compacted') return logger.info('store history compacted, listing again', { revision: watched.revision });
    history += 1;
    for (const listener of onRestored) listener();
    changed.notify();
  };

  /** Follows the store until the watch ends or breaks, or its history is compacted or replaced. */
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
      logger.warn('store watch failed', { error });
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
    reached: (wanted) => waitUntil(() => revision >= wanted, 'the write was committed'),
    shows: (isSo) => waitUntil(() => isSo(tables.view), 'the change was committed'),
    onChange: (listener) => void listeners.push(listener),
    onRestored: (listener) => void onRestored.push(listener),
  };
}

function checkWait(what: string, ended: AbortSignal, isRestored: boolean, isLate: boolean): void {
  const fail = (why: string): never => {
    throw new ParetoError('unavailable', why);
  };
  if (ended.aborted) fail(`${what}, but the controller is stopping: check the result on another controller`);
  if (isRestored)
    fail(`${what}, but the store was restored afterwards: check whether it is still there, and retry if not`);
  if (isLate) fail(`${what}, but this controller has not received it from the store yet: check the result in a moment`);
}
