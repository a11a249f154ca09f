// Applies a transaction of the store inside an LMDB transaction.

import { ParetoError } from '@pareto/core';
import type { Compare, Entry, Operation, Revision, Transaction, TransactResult, WatchEvent } from '../store.js';
import { compactedOf, entriesUnder, revisionOf, type Tables } from './tables.js';

export function applyTransaction(tables: Tables, transaction: Transaction, keepRevisions: number): TransactResult {
  const current = revisionOf(tables);
  const failed = transaction.compares.filter((compare) => !holds(tables, compare));
  if (failed.length > 0) return { kind: 'conflict', revision: current, failed };
  const revision = current + 1;
  const events = transaction.operations.flatMap((operation) => applyOperation(tables, operation, revision));
  if (events.length === 0) return { kind: 'committed', revision: current };
  for (const [position, event] of events.entries()) tables.history.putSync([revision, position], event);
  tables.counters.putSync('revision', revision);
  applyCompaction(tables, revision - keepRevisions);
  return { kind: 'committed', revision };
}

export function applyCompaction(tables: Tables, revision: Revision): void {
  if (revision <= compactedOf(tables)) return;
  if (revision > revisionOf(tables)) {
    throw new ParetoError(
      'invalid-argument',
      `revision ${revision} can't be compacted: expected at most the current revision, ${revisionOf(tables)}`,
    );
  }
  for (const key of [...tables.history.getKeys({ end: [revision] })]) tables.history.removeSync(key);
  tables.counters.putSync('compacted', revision);
}

function holds(tables: Tables, compare: Compare): boolean {
  switch (compare.kind) {
    case 'revision':
      return tables.entries.get(compare.key)?.modRevision === compare.modRevision;
    case 'absent':
      return tables.entries.get(compare.key) === undefined;
    case 'leader':
      return tables.entries.get(compare.fence.key)?.createRevision === compare.fence.createRevision;
  }
}

function applyOperation(tables: Tables, operation: Operation, revision: Revision): readonly WatchEvent[] {
  switch (operation.kind) {
    case 'put': {
      const createRevision = tables.entries.get(operation.key)?.createRevision ?? revision;
      const { key, value, lease } = operation;
      const entry: Entry = { key, value, createRevision, modRevision: revision, lease };
      tables.entries.putSync(key, entry);
      return [{ kind: 'put', entry }];
    }
    case 'delete':
      return tables.entries.removeSync(operation.key) ? [{ kind: 'delete', key: operation.key, revision }] : [];
    case 'delete-prefix':
      return entriesUnder(tables, operation.prefix).flatMap(({ key }) =>
        applyOperation(tables, { kind: 'delete', key }, revision),
      );
  }
}
