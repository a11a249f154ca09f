// A copy of the store in memory, which every controller reads from.

import { ParetoError } from '@pareto/core';
import type { Revision } from '@pareto/state';
import { createNotifier } from '../loops/notifier.js';
import { createStoreFollower, type FollowOptions } from './store-follower.js';
import { createRecordTables, recordKinds, type RecordChange, type RecordView } from './record-tables.js';
import type { RecordKind } from './records.js';

type ChangeListener = (kinds: ReadonlySet<RecordKind>, changes: readonly RecordChange[]) => void;

export interface Mirror {
  readonly records: RecordView;
  /** The latest revision that `records` contain. */
  readonly revision: Revision;
  /** Set if the store was listed, and its history has not been compacted or replaced since. */
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
  /** Adds a listener that gets the changed records and their kinds: all kinds after the store was listed. */
  onChange(listener: ChangeListener): void;
  /**
   * Adds a listener that is called when the store's history was replaced. `records` are still those of the old history
   * then.
   */
  onRestored(listener: () => void): void;
}

const reachMs = 5_000;
const recheckMs = 2_000;

export function createMirror(options: FollowOptions): Mirror {
  const { clock, logger } = options;
  const tables = createRecordTables((key, reason) => logger.error('record unreadable', { key, reason }));
  const changed = createNotifier(clock);
  const listeners: ChangeListener[] = [];
  const onRestored: (() => void)[] = [];
  /** Number of times that the store's history was replaced. */
  let history = 0;
  let ended = new AbortController().signal;

  const notify = (touched: ReadonlySet<RecordKind>, changes: readonly RecordChange[]): void => {
    if (touched.size > 0) for (const listener of listeners) listener(touched, changes);
    changed.notify();
  };

  const follower = createStoreFollower(options, {
    onList(entries) {
      notify(new Set(recordKinds), tables.replaceAll(entries));
    },
    onEvents(events) {
      const changes = tables.apply(events);
      notify(new Set(changes.map(({ kind }) => kind)), changes);
    },
    onRestored() {
      history += 1;
      for (const listener of onRestored) listener();
      changed.notify();
    },
  });

  const waitUntil = async (isThere: () => boolean, what: string): Promise<void> => {
    const began = history;
    const deadline = clock.now() + reachMs;
    while (!follower.synced || !isThere()) {
      checkWait(what, ended, history !== began, clock.now() >= deadline);
      await changed.wait(Math.max(1, deadline - clock.now()));
    }
  };

  return {
    records: tables.view,
    get revision() {
      return follower.revision;
    },
    get synced() {
      return follower.synced;
    },
    async start(signal) {
      ended = signal;
      // Wakes all waits: a listener for each of hundreds of concurrent writes would be slow to add and remove.
      signal.addEventListener('abort', () => changed.notify(), { once: true });
      void follower.run(signal);
      while (!follower.synced && !signal.aborted) await changed.wait(recheckMs, signal);
    },
    reached: (wanted) => waitUntil(() => follower.revision >= wanted, 'the write was committed'),
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
