// The demand that a router reports for queries with every outcome.

import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import { notExecuted, replyTo } from './support/fake-worker.js';
import { replicaRow } from './support/rows.js';
import { cleanUp, large, startFixture, tiny, type Fixture, type FixtureFields } from './support/fixture.js';
import type { InferQuery } from './support/test-router.js';

const items = 3;
const accurate: InferQuery = { items, parameters: { min_accuracy: 0.95 } };
const cold: FixtureFields = { variants: [tiny, large], workers: [['tiny']] };

const offered = ({ controller }: Fixture, ofTarget: string): number =>
  controller.demand
    .filter(({ target }) => target === ofTarget)
    .reduce((sum, { offeredItems = 0 }) => sum + offeredItems, 0);

/** Returns the items that were offered for the task, after a later query for another target was reported. */
async function offeredInTotal(fixture: Fixture): Promise<number> {
  for (const worker of fixture.workers) worker.onInfer = undefined;
  await fixture.router.infer({ model: 'tiny' });
  await waitFor('the later query', () => offered(fixture, 'tiny') > 0 || undefined);
  return offered(fixture, 'digits');
}

const holdIn = ({ controller }: Fixture): Promise<unknown> =>
  waitFor('the hold', () => controller.demand.find(({ held }) => held > 0));

describe('offered demand', () => {
  afterEach(cleanUp);

  it('contains a query that is answered, once', async () => {
    const fixture = await startFixture();
    await fixture.router.infer({ items });
    assert.equal(await offeredInTotal(fixture), items);
  });

  it('contains a query that is rejected, once', async () => {
    const fixture = await startFixture();
    await assert.rejects(fixture.router.infer({ items, parameters: { min_accuracy: 0.9999 } }));
    assert.equal(await offeredInTotal(fixture), items);
  });

  it('contains a query that fails at the worker, once', async () => {
    const fixture = await startFixture();
    for (const worker of fixture.workers) worker.onInfer = () => Promise.reject(new Error('broken'));
    await assert.rejects(fixture.router.infer({ items }));
    assert.equal(await offeredInTotal(fixture), items);
  });

  it('contains a query that times out, once', async () => {
    const fixture = await startFixture();
    for (const worker of fixture.workers) worker.onInfer = () => new Promise(() => undefined);
    await assert.rejects(fixture.router.infer({ items }, { timeoutMs: 200 }));
    assert.equal(await offeredInTotal(fixture), items);
  });

  it('contains a query that is sent to a second worker, once', async () => {
    const fixture = await startFixture({ variants: [tiny], workers: [['tiny'], ['tiny']] });
    let sends = 0;
    for (const worker of fixture.workers) {
      worker.onInfer = async (received) => {
        sends += 1;
        if (sends === 1) throw notExecuted('resource-exhausted');
        return replyTo(received);
      };
    }
    await fixture.router.infer({ items });
    assert.equal(sends, 2);
    assert.equal(await offeredInTotal(fixture), items);
  });

  it('contains a query when it is held, and not again when it is answered after several changes', async () => {
    const fixture = await startFixture(cold);
    const { router, controller, workers } = fixture;
    const answer = router.infer(accurate);
    await holdIn(fixture);
    assert.equal(offered(fixture, 'digits'), items);
    const [worker] = workers;
    assert.ok(worker !== undefined);
    await controller.change([{ key: 'router/1', router: { routerId: 'r', address: 'r:1' } }]);
    worker.replicas.push({ replicaId: 'large-0', state: 'READY' });
    await controller.change([replicaRow({ id: 'large-0', of: 'large', address: worker.address, worker: 'w0' })]);
    await answer;
    assert.equal(await offeredInTotal(fixture), items);
  });

  it('contains a query that is held until its time is up, once', async () => {
    const fixture = await startFixture({ ...cold, config: { maxHoldMs: 100 } });
    await assert.rejects(fixture.router.infer(accurate), { code: 'resource-exhausted' });
    assert.equal(await offeredInTotal(fixture), items);
  });
});
