// Builders of queries that wait at a replica.

import type { QueuedQuery } from '../../src/index.js';

export interface TestQuery extends QueuedQuery {
  readonly name: string;
}

/** Builds a query of one item without a priority or a deadline, which is due at `dueAt`. */
export const queued = (name: string, dueAt = Infinity, fields: Partial<QueuedQuery> = {}): TestQuery => ({
  ...{ name, dueAt, items: 1, bytes: 1, batchKey: '', priority: Infinity, enqueuedAt: 0, deadlineAt: Infinity },
  ...fields,
});
