// Restores a backup into an empty store. A marker key in the store allows one restore at a time and reveals an interrupted one.

import { randomUUID } from 'node:crypto';
import { ParetoError } from '@pareto/core';
import { readBackup } from './backup.js';
import { declaration, metaPrefix, restoredKey, restoringKey } from './identity.js';
import { splitOperations } from './limits.js';
import type { Compare, Operation, Store, Transaction, TransactResult } from './store.js';

/**
 * `restored-before`: the store was filled from this backup. `own`: the backup is of this store itself. In both cases nothing was
 * written, so that a process may be started again with the same flags.
 */
export type RestoreResult =
  | { readonly kind: 'restored'; readonly entries: number }
  | { readonly kind: 'restored-before' | 'own' };

/**
 * Fills an empty store from a backup. An interrupted restore leaves a store that does not open. Throws `failed-precondition` if
 * the store has other data, or another restore is in progress.
 */
export async function restoreStore(store: Store, file: string): Promise<RestoreResult> {
  const { epoch, sha256, puts } = await readBackup(file);
  if ((await store.get(restoredKey)).entry?.value === sha256) return { kind: 'restored-before' };
  if (epoch === store.epoch) return { kind: 'own' };
  await requireEmpty(store);
  const own = await begin(store);
  await requireEmpty(store).catch(async (error: unknown) => {
    await end(store, own); // Another restore was faster.
    throw error;
  });
  for (const operations of splitOperations(puts)) {
    const { kind } = await persist(store, { compares: [own], operations });
    if (kind === 'conflict')
      throw new ParetoError(
        'aborted',
        'another process changed the store during the restore: delete the store and restore again',
      );
  }
  await end(store, own, { kind: 'put', key: restoredKey, value: sha256 }, declaration(store.epoch));
  return { kind: 'restored', entries: puts.length };
}

/** Writes the marker. Returns a compare that holds until the end. Does not retry: a late write could begin another restore. */
async function begin(store: Store): Promise<Compare> {
  const id = randomUUID();
  const written = await store
    .transact({
      compares: [{ kind: 'absent', key: restoringKey }],
      operations: [{ kind: 'put', key: restoringKey, value: id }],
    })
    .catch((error: unknown) => ({ kind: 'unanswered', error }) as const);
  const { entry } = await store.get(restoringKey);
  if (entry?.value === id) return { kind: 'revision', key: restoringKey, modRevision: entry.modRevision };
  if (written.kind === 'unanswered') throw written.error;
  throw new ParetoError(
    'failed-precondition',
    'another restore into this store is in progress: wait until it finishes',
  );
}

async function end(store: Store, own: Compare, ...more: readonly Operation[]): Promise<void> {
  await persist(store, { compares: [own], operations: [{ kind: 'delete', key: restoringKey }, ...more] });
}

/** Writes with up to five tries while the store is unavailable. A duplicate write that is applied late fails its compare. */
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
    'a backup can be restored only into an empty store that no other process uses: pass a new --data-dir or --cluster, ' +
      'or drop --restore',
  );
}
