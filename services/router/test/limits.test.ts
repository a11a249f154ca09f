import assert from 'node:assert/strict';
import { limitError, type wire } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import { fails } from './support/fails.js';
import { cleanUp, startFixture, tiny } from './support/fixture.js';

/** A query with more dimensions than the limit. */
const deep: wire.ModelInferRequestInput = {
  modelName: 'digits',
  inputs: [{ name: 'x', datatype: 'FP32', shape: Array<number>(33).fill(1) }],
  rawInputContents: [Buffer.alloc(4)],
};

describe('the limits that a router reached', () => {
  afterEach(cleanUp);

  it('are counted over every transport, and sent with the demand', async () => {
    const { router, controller } = await startFixture();
    assert.equal(
      (await fails(router.protocol.modelInfer(deep), 'invalid-argument', /32/)).details['pareto-limit'],
      'rank',
    );
    const stream = router.protocol.modelStreamInfer();
    await stream.write(deep);
    stream.end();
    for await (const { errorMessage } of stream) assert.match(errorMessage, /32/);
    const inputs = [{ name: 'x', datatype: 'FP32', shape: deep.inputs?.[0]?.shape, data: [1] }];
    const reply = await fetch(`${router.url}/v2/models/digits/infer`, {
      ...{ method: 'POST', body: JSON.stringify({ inputs }) },
    });
    assert.deepEqual([reply.status, reply.headers.get('pareto-limit')], [400, 'rank']);
    await waitFor('the counts', () =>
      controller.limitsReached.find(({ limit, count }) => limit === 'rank' && count === 3),
    );
    assert.match(await router.metrics(), /pareto_limits_reached_total\{limit="rank",service="router"\} 3/);
  });

  it('include those of queries that wait, and not those of a worker', async () => {
    const { router, controller, workers } = await startFixture({
      ...{ variants: [tiny, { ...tiny, name: 'cold' }], workers: [['tiny']], config: { maxHeld: 0 } },
    });
    const [worker] = workers;
    assert.ok(worker !== undefined);
    worker.onInfer = () => Promise.reject(limitError('messageBytes', 'resource-exhausted', 'too large'));
    const rejected = await fails(router.infer({ model: 'tiny' }), 'resource-exhausted', /too large/);
    assert.equal(rejected.details['pareto-limit'], 'message-bytes');
    const held = await fails(router.infer({ model: 'cold' }), 'resource-exhausted', /too many queries are waiting/);
    assert.equal(held.details['pareto-limit'], 'held-queries');
    await waitFor('the counts', () => (controller.limitsReached.length > 0 ? true : undefined));
    assert.deepEqual(controller.limitsReached, [{ limit: 'held-queries', count: 1 }]);
  });
});
