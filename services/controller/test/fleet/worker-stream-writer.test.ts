import assert from 'node:assert/strict';
import { ParetoError, workerId } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { createLogger } from '@pareto/telemetry';
import { describe, it } from 'mocha';
import { createWorkerStreamWriter, type WorkerStreamWriter } from '../../src/fleet/worker-stream-writer.js';

describe('the writer of a worker’s stream', () => {
  it('ends the session, and sends nothing more, if a message cannot be sent', async () => {
    const sent: number[] = [];
    let failures = 0;
    const stream = {
      async write({ assignments }: wire.ControllerMessageInput) {
        const count = assignments?.replicas?.length ?? 0;
        if (count > 3) throw new ParetoError('resource-exhausted', 'the reply is too large');
        sent.push(count);
      },
    };
    using writer: WorkerStreamWriter = createWorkerStreamWriter({
      ...{ worker: workerId('w1'), stream, acceptsChanges: true, onFailed: () => (failures += 1) },
      logger: createLogger({ service: 'controller', level: 'silent', format: 'json' }),
      heartbeats: { start: () => ({ [Symbol.dispose]: () => undefined }) },
    });
    for (const count of [1, 5, 3]) {
      writer.setAssignments({ replicas: Array.from({ length: count }, (_, index) => ({ replicaId: `r${index}` })) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual([sent, failures], [[1], 1]);
  });
});
