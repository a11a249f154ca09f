// Commits the writes of the embedded store: writes of one iteration of the event loop share one LMDB transaction and one
// flush. The transaction is synchronous so that a full disk can be reported: lmdb's own asynchronous batches end the process
// in that case by an unhandled rejection.

import { ABORT } from 'lmdb';
import { errorText, ParetoError } from '@pareto/core';
import { storeFailure } from './failures.js';
import type { Tables } from './tables.js';

export interface Committer {
  /** Runs `write` and resolves with its result once it is on disk. If `write` throws, none of its changes are kept. */
  commit<T>(write: () => T): Promise<T>;
  /** Commits the pending writes and rejects later ones. */
  close(): void;
}

interface PendingWrite {
  /** Runs the write. Returns a function that settles the caller's promise after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Creates a committer. Calls `onCommitted` after each flush, before the callers' promises settle. */
export function createCommitter(path: string, tables: Tables, onCommitted: () => void): Committer {
  let pending: PendingWrite[] = [];
  let closed = false;

  const flush = (): void => {
    const batch = pending;
    pending = [];
    if (batch.length === 0) return;
    try {
      const settle = tables.root.transactionSync(() => batch.map((write) => runAlone(tables, write)));
      onCommitted();
      for (const resolve of settle) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(storeFailure(error, path));
    }
  };

  return {
    commit: <T>(write: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (closed) return reject(new ParetoError('unavailable', `the store at ${path} is closed`, { paths: [path] }));
        // oxlint-disable-next-line no-restricted-globals -- defers to the end of this iteration of the event loop, not by time
        if (pending.length === 0) setImmediate(flush);
        const run = (): (() => void) => {
          const result = write();
          return () => resolve(result);
        };
        pending.push({ run, reject });
      }),
    close() {
      flush();
      closed = true;
    },
  };
}

/** Runs a write in a child transaction, so that an error affects no other write. */
function runAlone(tables: Tables, { run, reject }: PendingWrite): () => void {
  let settle = (): void => undefined;
  void tables.root.transactionSync(() => {
    try {
      settle = run();
    } catch (error) {
      settle = () => reject(error instanceof ParetoError ? error : new Error(errorText(error), { cause: error }));
      return ABORT;
    }
    return undefined;
  });
  return settle;
}
