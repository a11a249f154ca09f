// Workers that were stopped as planned, and workers that an operator forgets.

import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { createTempFolder, waitFor } from '@pareto/testkit';
import { afterEach, describe, it } from 'mocha';
import { startWorker, type FakeWorker, type FakeWorkerOptions } from '../support/fake-worker.js';
import { startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

const workerOf = async ({ fleet }: TestController, id: string): Promise<wire.Worker | undefined> =>
  (await fleet.overview({})).workers.find(({ workerId }) => workerId === id);

async function reasonsOf({ fleet }: TestController, name: string): Promise<readonly string[]> {
  const reasons: string[] = [];
  for await (const { reason } of fleet.events({ follow: false, name })) reasons.push(reason);
  return reasons;
}

const started: FakeWorker[] = [];

function start({ address }: TestController, options: FakeWorkerOptions): FakeWorker {
  const worker = startWorker(address, options);
  started.push(worker);
  return worker;
}

/** Starts two workers, and waits until both have a replica. */
async function startWorkers(controller: TestController): Promise<Record<'one' | 'two', FakeWorker>> {
  const one = start(controller, { id: 'w1' });
  const two = start(controller, { id: 'w2' });
  await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
  await registerModel(controller, 'tiny');
  await waitFor('a replica on each worker', () => (one.replicas.size > 0 && two.replicas.size > 0) || undefined);
  return { one, two };
}

/** Leaves with all workers, which would keep this process. */
function leaveAll(): void {
  for (const worker of started.splice(0)) worker.leave();
}

describe('a worker whose process is stopped as planned', () => {
  afterEach(leaveAll);

  it('has its replicas loaded on another worker before they are unloaded', async () => {
    await using folder = await createTempFolder();
    await using controller = await startController(folder.path);
    const { one } = await startWorkers(controller);
    const three = start(controller, { id: 'w3' });
    await waitFor('the third worker', () => three.assignments.length > 0 || undefined);
    assert.equal(three.replicas.size, 0);
    one.drain();
    await waitFor('the replica of the third worker', () => three.replicas.size > 0 || undefined);
    await waitFor('the unload', () => one.replicas.size === 0 || undefined);
  });

  it('has departed, for this leader and the next one, and is neither awaited nor reported as a failure', async () => {
    await using folder = await createTempFolder();
    const first = await startController(folder.path);
    const { one, two } = await startWorkers(first);
    // If no worker sent anything, the controller would await all.
    start(first, { id: 'witness' });
    await two.depart();
    const departed = await waitFor('the departure', async () => {
      const worker = await workerOf(first, 'w2');
      return worker?.connected === false ? worker : undefined;
    });
    assert.deepEqual([departed.departed, departed.awaited], [true, false]);
    one.leave();
    const missing = await waitFor('the end of the wait for the other worker', async () => {
      const worker = await workerOf(first, 'w1');
      return worker?.connected === false && !worker.awaited ? worker : undefined;
    });
    assert.equal(missing.departed, false);
    const [ofOne, ofTwo] = await waitFor('the events', async () => {
      const reasons = [await reasonsOf(first, 'w1'), await reasonsOf(first, 'w2')] as const;
      return reasons[0].some((reason) => reason.startsWith('did not rejoin')) ? reasons : undefined;
    });
    assert.ok(ofOne.includes('left: its stream ended'));
    assert.ok(ofTwo.includes('left: its process was stopped'));
    assert.deepEqual(
      ofTwo.filter((reason) => reason.startsWith('did not rejoin')),
      [],
    );
    await first[Symbol.asyncDispose]();
    await using second = await startController(folder.path);
    const known = await workerOf(second, 'w2');
    assert.deepEqual([known?.departed, known?.awaited], [true, false]);
  });
});

describe('forget', () => {
  afterEach(leaveAll);

  it('removes a worker that is gone, with its assignments, and none that is connected or awaited', async () => {
    await using folder = await createTempFolder();
    await using controller = await startController(folder.path);
    const { two } = await startWorkers(controller);
    const forget = (workerId: string): Promise<unknown> => controller.fleet.forget({ workerId });
    await assert.rejects(forget('w2'), { code: 'failed-precondition', message: /w2 is connected: stop its process/ });
    await assert.rejects(forget('w3'), { code: 'not-found' });
    two.leave();
    const isAwaited = async (): Promise<boolean | undefined> => {
      const worker = await workerOf(controller, 'w2');
      return worker?.connected === false ? worker.awaited : undefined;
    };
    await waitFor('the end of the session', isAwaited);
    await assert.rejects(forget('w2'), { code: 'failed-precondition', message: /w2 may reconnect: retry in \d s/ });
    await waitFor('the end of the wait for it', async () => (await isAwaited()) === false || undefined);
    await forget('w2');
    assert.equal(await workerOf(controller, 'w2'), undefined);
    const { replicas = [] } = (await workerOf(controller, 'w1')) ?? {};
    assert.equal(replicas.length, 1, 'the other worker is as before');
    await waitFor(
      'the event',
      async () => (await reasonsOf(controller, 'w2')).includes('removed from the fleet') || undefined,
    );
    await assert.rejects(forget('w2'), { code: 'not-found' });
    const again = start(controller, { id: 'w2', incarnation: '2' });
    await waitFor('its replica', () => again.replicas.size > 0 || undefined);
  });
});
