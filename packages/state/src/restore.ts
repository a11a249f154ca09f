// Restoring a backup into an empty store: by one at a time, who says so in the store from the first write to the last.

import { randomUUID } from 'node:crypto';
import { ParetoError } from '@pareto/core';
import { readBackup } from './backup.js';
import { metaPrefix, restoringKey } from './identity.js';
import { splitOperations } from './limits.js';
import type { Compare, Store, Transaction, TransactResult } from './store.js';

/**
 * Fills an empty store from a backup. A restore that is cut off leaves a store that refuses to open. Throws
 * `failed-precondition` when the store isn't empty, or somebody else is restoring into it.
 */
export async function restoreStore(store: Store, file: string): Promise<number> {
  const puts = await readBackup(file);
  await requireEmpty(store);
  const own = await begin(store);
  await requireEmpty(store).catch(async (error: unknown) => {
    await end(store, own); // another restore was quicker
    throw error;
  });
  for (const operations of splitOperations(puts)) {
    const { kind } = await persist(store, { compares: [own], operations });
    if (kind === 'conflict') throw new ParetoError('aborted', 'the store was changed by others while it was restored');
  }
  await end(store, own);
  return puts.length;
}

/** Returns what compares as true until the end. Asked for once: a second try that came late would begin another restore. */
async function begin(store: Store): Promise<Compare> {
  const id = randomUUID();
  const asked = await store
    .transact({
      compares: [{ kind: 'absent', key: restoringKey }],
      operations: [{ kind: 'put', key: restoringKey, value: id }],
    })
    .catch((error: unknown) => ({ kind: 'unanswered', error }) as const);
  const { entry } = await store.get(restoringKey);
  if (entry?.value === id) return { kind: 'revision', key: restoringKey, modRevision: entry.modRevision };
  if (asked.kind === 'unanswered') throw asked.error;
  throw new ParetoError('failed-precondition', 'a restore into this store is under way: only one is possible');
}

async function end(store: Store, own: Compare): Promise<void> {
  await persist(store, { compares: [own], operations: [{ kind: 'delete', key: restoringKey }] });
}

/** Over five times what a store may take to find another member. A write that comes late finds the restore ended. */
async function persist(store: Store, transaction: Transaction): Promise<TransactResult> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store.transact(transaction);
    } catch (error) {
      if (tries === 5 || !(error instanceof ParetoError) || error.code !== 'unavailable') throw error;
    }
  }
}

async function requireEmpty(store: Store): Promise<void> {
  const { entries } = await store.range('');
  if (entries.every((entry) => entry.key.startsWith(metaPrefix))) return;
  throw new ParetoError(
    'failed-precondition',
    'a backup is restored into an empty store only, and while nobody else uses it: name a new data directory or cluster, ' +
      'or leave the backup out',
  );
}
