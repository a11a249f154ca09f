import assert from 'node:assert/strict';
import { replicaReportToWire, type wire } from '@pareto/protocol';
import { describe, it } from 'mocha';
import { createReportReader } from '../../src/fleet/report-reader.js';
import { reportOf } from '../support/reports.js';

/** Returns a received report. The reader uses no other fields. */
const received = (ids: readonly string[], fields: Partial<wire.WorkerReport>): wire.WorkerReport =>
  ({
    ...{ removed: [], provisional: [], shapes: [], measuring: '', ...fields },
    replicas: ids.map((id) => replicaReportToWire(reportOf(id))),
  }) as unknown as wire.WorkerReport;
const changes = { onlyChanges: true };

describe('the reader of a worker’s reports', () => {
  it('returns all replicas after each change', () => {
    const read = createReportReader();
    const idsOf = (report: wire.WorkerReport): readonly string[] => read(report).replicas.map(({ replica }) => replica);
    assert.deepEqual(idsOf(received(['a', 'b'], {})), ['a', 'b']);
    assert.deepEqual(idsOf(received(['c'], { ...changes, removed: ['a'] })), ['b', 'c']);
    assert.deepEqual(idsOf(received(['d'], {})), ['d']);
  });

  it('rejects changes after a report that it could not read, and more replicas than a worker can have', () => {
    const read = createReportReader();
    read(received(['a'], {}));
    const unknown = {
      ...received(['b'], changes),
      replicas: [{ ...replicaReportToWire(reportOf('b')), state: 'NEW' }],
    };
    assert.throws(() => read(unknown as unknown as wire.WorkerReport), /unknown replica state/);
    assert.throws(() => read(received([], changes)), { code: 'invalid-argument' });
    const many = Array.from({ length: 30_000 }, (_, index) => String(index));
    read(received(many, {}));
    const more = many.map((id) => `more-${id}`);
    assert.throws(() => read(received(more, changes)), { code: 'resource-exhausted', message: /60000 replicas/ });
  });
});
