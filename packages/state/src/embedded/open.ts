// The embedded store: an LMDB environment in a directory, open in one process.

import { existsSync, mkdirSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ParetoError, type Clock } from '@pareto/core';
import { identify } from '../identity.js';
import { checkTransaction } from '../limits.js';
import type { Store, Transaction, TransactResult } from '../store.js';
import { applyCompaction, applyTransaction } from './apply-transaction.js';
import { createCommitter } from './committer.js';
import { checkSpace, storeFailure } from './failures.js';
import { createLeases } from './leases.js';
import { lockDirectory } from './lock.js';
import { entriesUnder, openTables, revisionOf, type Tables } from './tables.js';
import { createWake, watchTables } from './watch-tables.js';

export interface EmbeddedStoreOptions {
  readonly clock: Clock;
  /** Number of revisions of history kept for watches. Default: 10,000. Older ones are compacted. */
  readonly keepRevisions?: number;
}

/** Opens the store in a directory, which is created if it is missing. Throws a ParetoError with what to do. */
export async function openEmbeddedStore(path: string, options: EmbeddedStoreOptions): Promise<Store> {
  let lock: AsyncDisposable | undefined;
  let tables: Tables | undefined;
  const release = async (): Promise<void> => {
    await tables?.root.close();
    await lock?.[Symbol.asyncDispose]();
  };
  try {
    makeDirectory(path);
    lock = await lockDirectory(path);
    checkSpace(path);
    tables = openTables(path);
    await syncDirectory(path);
    return await createStore(path, tables, options, release);
  } catch (error) {
    await release();
    throw storeFailure(error, path);
  }
}

/** Creates a directory and its parents. Node's own recursive mkdir never returns where the system reports ENOENT, as in /proc. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Flushes the directory, so that its files survive a power failure. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await openFile(path, 'r');
  await directory.sync();
  await directory.close();
}

async function createStore(
  path: string,
  tables: Tables,
  { clock, keepRevisions = 10_000 }: EmbeddedStoreOptions,
  release: () => Promise<void>,
): Promise<Store> {
  const wake = createWake();
  const committer = createCommitter(path, tables, wake.all);
  const checkOpen = (): void => {
    if (wake.closed.aborted) throw new ParetoError('unavailable', `the store at ${path} is closed`, { paths: [path] });
  };
  const transact = (decide: () => Transaction): Promise<TransactResult> =>
    committer.commit(() => applyTransaction(tables, decide(), keepRevisions));
  const read = <T>(query: () => T): T => {
    checkOpen();
    tables.root.resetReadTxn();
    return query();
  };
  const endLeases = async (isEnded: (lease: string) => boolean): Promise<void> => {
    await transact(() => {
      const ended = entriesUnder(tables, '').filter(({ lease }) => lease !== undefined && isEnded(lease));
      return { compares: [], operations: ended.map(({ key }) => ({ kind: 'delete', key })) };
    });
  };
  const leases = createLeases(clock, (id) => endLeases((lease) => lease === id));
  const access: Omit<Store, 'epoch'> = {
    ageMs: 0,
    loss: undefined,
    known: undefined,
    onLoss: () => undefined,
    checkMembers: async () => [],
    get: async (key) => read(() => ({ revision: revisionOf(tables), entry: tables.entries.get(key) })),
    range: async (prefix) => read(() => ({ revision: revisionOf(tables), entries: entriesUnder(tables, prefix) })),
    async transact(transaction) {
      checkTransaction(transaction);
      for (const operation of transaction.operations) {
        if (operation.kind === 'put' && operation.lease !== undefined) leases.check(operation.lease);
      }
      return transact(() => transaction);
    },
    watch: (prefix, from, signal) => watchTables(tables, wake, prefix, from, signal),
    grantLease: async (ttlMs) => {
      checkOpen();
      return leases.grant(ttlMs);
    },
    compact: (revision) => committer.commit(() => applyCompaction(tables, revision)),
    async [Symbol.asyncDispose]() {
      if (wake.closed.aborted) return;
      leases[Symbol.dispose]();
      committer.close();
      wake.close();
      await release();
    },
  };
  await endLeases(() => true);
  const location = { name: `store at ${path}`, another: 'pass another --data-dir' };
  return { ...access, epoch: await identify(access, location) };
}
