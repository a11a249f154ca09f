import assert from 'node:assert/strict';
import { replicaReportToWire, serviceDefinition, type wire } from '@pareto/protocol';
import { describe, it } from 'mocha';
import { createReportReader } from '../../src/fleet/report-reader.js';
import { reportOf } from '../support/reports.js';

const { Join: join } = serviceDefinition('pareto.v1.Fleet');

/** Returns a report as it is received. */
function received(replicas: readonly wire.ReplicaReportInput[], fields: wire.WorkerReportInput): wire.WorkerReport {
  assert.ok(join);
  const message: wire.WorkerMessageInput = { message: 'report', report: { ...fields, replicas } };
  const { report } = join.requestDeserialize(join.requestSerialize(message)) as wire.WorkerMessage;
  return report ?? assert.fail();
}
const listed = (...ids: readonly string[]): readonly wire.ReplicaReportInput[] =>
  ids.map((id) => replicaReportToWire(reportOf(id)));
const changes = { onlyChanges: true };

describe('the reader of a worker’s reports', () => {
  it('returns all replicas after each change', () => {
    const read = createReportReader();
    const idsOf = (report: wire.WorkerReport): readonly string[] => read(report).replicas.map(({ replica }) => replica);
    assert.deepEqual(idsOf(received(listed('a', 'b'), {})), ['a', 'b']);
    assert.deepEqual(idsOf(received(listed('c'), { ...changes, removed: ['a'] })), ['b', 'c']);
    assert.deepEqual(idsOf(received(listed('d'), {})), ['d']);
  });

  it('rejects changes after a report that it could not read, and more replicas than a worker can have', () => {
    const read = createReportReader();
    read(received(listed('a'), {}));
    const unknown = [{ replicaId: 'b', variant: 'tiny:original', state: 99 as never }];
    assert.throws(() => read(received(unknown, changes)), /replica state 99 is not known/);
    assert.throws(() => read(received(listed(), changes)), { code: 'invalid-argument' });
    // Reports of so many replicas would take much memory to encode.
    const [one = assert.fail()] = received(listed('a'), {}).replicas;
    const replicas = (from: number): wire.ReplicaReport[] =>
      Array.from({ length: 30_000 }, (_, index) => ({ ...one, replicaId: String(from + index) }));
    read({ ...received([], {}), replicas: replicas(0) });
    assert.throws(() => read({ ...received([], changes), replicas: replicas(30_000) }), {
      code: 'resource-exhausted',
      message: /60000 replicas/,
    });
  });
});
