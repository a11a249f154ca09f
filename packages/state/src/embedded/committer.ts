// Commits of the embedded store: writes that are asked for in one turn of the event loop share one LMDB transaction and
// one flush. The transaction is synchronous, because LMDB's answer to a full disk can be told only there: lmdb's own
// asynchronous batches end the process on it by an unhandled rejection.

import { ABORT } from 'lmdb';
import { errorText, ParetoError } from '@pareto/core';
import { storeFailure } from './failures.js';
import type { Tables } from './tables.js';

export interface Committer {
  /** Resolves with what `write` returned once it is on the disk; when `write` throws, nothing of it is kept. */
  commit<T>(write: () => T): Promise<T>;
  /** Commits what is waiting, and refuses what comes after. */
  close(): void;
}

interface Waiting {
  /** Runs the write; returns what tells its caller the outcome of the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** `onCommitted` is called after each flush, before the callers are told. */
export function createCommitter(path: string, tables: Tables, onCommitted: () => void): Committer {
  let waiting: Waiting[] = [];
  let closed = false;

  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      const tell = tables.root.transactionSync(() => batch.map((write) => runAlone(tables, write)));
      onCommitted();
      for (const resolve of tell) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(storeFailure(error, path));
    }
  };

  return {
    commit: <T>(write: () => T) =>
      new Promise<T>((resolve, reject) => {
        if (closed) return reject(new ParetoError('unavailable', `the store at ${path} is closed`));
        // eslint-disable-next-line no-restricted-globals -- no matter of time: the end of this turn of the event loop
        if (waiting.length === 0) setImmediate(flush);
        const run = (): (() => void) => {
          const result = write();
          return () => resolve(result);
        };
        waiting.push({ run, reject });
      }),
    close() {
      flush();
      closed = true;
    },
  };
}

/** In a child transaction, so that a write that throws takes nothing else with it. */
function runAlone(tables: Tables, { run, reject }: Waiting): () => void {
  let tell = (): void => undefined;
  void tables.root.transactionSync(() => {
    try {
      tell = run();
    } catch (error) {
      tell = () => reject(error instanceof ParetoError ? error : new Error(errorText(error), { cause: error }));
      return ABORT;
    }
    return undefined;
  });
  return tell;
}
