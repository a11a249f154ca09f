import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { notExecutedKey } from '@pareto/protocol';
import { fixture, floatRequest, order, startTestWorker, type TestWorker } from '../support/harness.js';

describe('the queries of a router in the process of the worker', function () {
  this.timeout(30_000);
  let worker: TestWorker;

  before(async () => {
    worker = await startTestWorker({ maxStreams: 8, maxBufferedBytes: 2 ** 20 });
    worker.controller.order({ revision: 2, replicas: [order('r1', worker.spec('id', fixture('id-fp32'), 8))] });
    await worker.controller.waitForReplica('r1', ({ state }) => state === 'READY');
  });
  after(async () => worker[Symbol.asyncDispose]());

  const infer = (values: number): ReturnType<TestWorker['inferLocally']> =>
    worker.inferLocally({
      replica: 'r1',
      body: floatRequest(
        [values / 4, 4],
        Array.from({ length: values }, () => 1),
      ),
    });

  it('count as open calls of a connection until they are answered', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => infer(4)));
    const rejected = answers.filter((answer) => answer instanceof ParetoError);
    assert.equal(rejected.length, 32);
    for (const { code, details } of rejected) {
      assert.deepEqual([code, details['pareto-limit']], ['resource-exhausted', 'streams']);
      assert.ok(notExecutedKey in details, 'may be sent to another worker');
    }
    const later = await Promise.all(Array.from({ length: 8 }, () => infer(4)));
    assert.ok(later.every((answer) => !(answer instanceof ParetoError)));
  });

  it('count in the byte budget', async () => {
    const answer = await infer(2 ** 18);
    assert.ok(answer instanceof ParetoError);
    assert.deepEqual([answer.code, answer.details['pareto-limit']], ['resource-exhausted', 'buffered-bytes']);
    const metrics = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
    assert.match(metrics, /^pareto_buffered_bytes\{[^}]*\} 0$/m);
    assert.match(metrics, /^pareto_limits_reached_total\{limit="buffered-bytes"[^}]*\} 1$/m);
    assert.ok(!((await infer(4)) instanceof ParetoError));
  });
});
