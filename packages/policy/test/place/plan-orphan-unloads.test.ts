import assert from 'node:assert/strict';
import { milliseconds, replicaId, variantId, workerId, type Assignment, type HardwareClassId } from '@pareto/core';
import { planOrphanUnloads } from '../../src/index.js';

const orphan = (
  replica: string,
  sinceMs: number,
): { assignment: Assignment; since: ReturnType<typeof milliseconds> } => ({
  assignment: {
    replica: replicaId(replica),
    variant: variantId('m:original'),
    version: 1,
    worker: workerId('w1'),
    hardwareClass: 'cpu/x' as HardwareClassId,
  },
  since: milliseconds(sinceMs),
});

describe('unloads of deleted variants', () => {
  it('wait until routers have received the deletion', () => {
    const params = { orphanMs: milliseconds(1_000) };
    const orphans = [orphan('old', 0), orphan('due', 500), orphan('young', 501)];
    const unloads = planOrphanUnloads(orphans, milliseconds(1_500), params);
    assert.deepEqual(
      unloads.map((action) => [action.kind, action.kind === 'unload' && action.assignment.replica, action.reason]),
      [
        ['unload', 'old', 'the variant was deleted'],
        ['unload', 'due', 'the variant was deleted'],
      ],
    );
    assert.deepEqual(planOrphanUnloads([], milliseconds(0), params), []);
  });
});
