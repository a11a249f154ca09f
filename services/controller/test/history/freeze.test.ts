// The history of plans and the freeze, in a cluster of fake workers.

import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { openEmbeddedStore, type Store } from '@pareto/state';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

describe('the plans of a cluster', () => {
  let folder: TempFolder;
  let store: Store;
  let controller: TestController;
  let workers: FakeWorker[];

  const plans = (request: wire.ListPlansRequestInput = {}) => controller.plans.list(request);
  const placed = async (): Promise<readonly string[]> =>
    ((await plans()).current?.replicas ?? []).map(({ variant, replicas }) => `${replicas} ${variant}`).toSorted();
  const running = (): readonly string[] =>
    workers.flatMap((one) => [...one.replicas.values()].map(({ variant = '' }) => variant)).toSorted();
  const until = (what: string, condition: () => boolean | Promise<boolean>): Promise<true> =>
    waitFor(what, async () => ((await condition()) ? true : undefined));
  const untilRunning = (...variants: readonly string[]): Promise<true> =>
    until(`${variants.join()} on the workers`, () => running().join() === variants.join());
  const addWorker = (id: string): void => void workers.push(startWorker(controller.address, { id }));
  const registerOther = async (): Promise<void> => {
    await registerModel(controller, 'other');
    await untilRunning('other:original', 'tiny:original');
  };
  /** Lets some turns pass. */
  const turns = (): Promise<void> => clock.sleep(milliseconds(3_000));

  beforeEach(async () => {
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock });
    controller = await startController(folder.path, {}, { store });
    workers = [];
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    addWorker('w1');
    await registerModel(controller, 'tiny');
    await untilRunning('tiny:original');
    await turns();
  });
  afterEach(async () => {
    for (const one of workers) one.leave();
    await controller[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('are kept with what changed, and why', async () => {
    await registerOther();
    const { current, plans: all, freeze } = await plans();
    assert.deepEqual(await placed(), ['1 other:original', '1 tiny:original']);
    assert.equal(freeze, null);
    const [newest] = all;
    assert.ok(newest !== undefined && current !== null);
    assert.deepEqual([current.revision, newest.replicas], [newest.revision, []]);
    assert.deepEqual(
      all.map(({ revision }) => revision),
      all.map((_, index) => newest.revision - index),
    );
    const { plans: details } = await plans({ revisions: [newest.revision], variant: 'other:original' });
    assert.deepEqual(
      details.map(({ actions }) => actions.map(({ kind, variant, worker }) => `${kind} ${variant} on ${worker}`)),
      [['load other:original on w1']],
    );
    const [row] = details[0]?.replicas ?? [];
    assert.deepEqual([row?.variant, row?.replicas], ['other:original', 1]);
    assert.match(row?.source ?? '', /^(minimum|unmeasured)$/);
    assert.deepEqual(
      details[0]?.classes.map(({ workers: count, slots }) => [count, slots]),
      [[1, 2]],
    );
    const { plans: ofVariant } = await plans({ variant: 'other:original' });
    assert.deepEqual(
      ofVariant.map(({ revision }) => revision),
      [newest.revision],
    );
    const unknown = { code: 'not-found', message: /there is no plan 99: those kept are of 1 to \d+; 'pareto plan/ };
    await assert.rejects(plans({ revisions: [99] }), unknown);
    await assert.rejects(controller.plans.freeze({ revision: 99 }), unknown);
  });

  it('change nothing while the plan is frozen, also under the next leader, until it is resumed', async () => {
    const freeze = await controller.plans.freeze({ reason: 'a sale', actor: 'ada' });
    assert.deepEqual([freeze.revision, freeze.actor, freeze.reason], [0, 'ada', 'a sale']);
    await registerModel(controller, 'other');
    await turns();
    assert.deepEqual(running(), ['tiny:original']);
    await until('the source of the plan', async () => (await plans()).current?.quality?.source === 'frozen');
    const { notices } = await controller.fleet.overview({});
    assert.ok(
      notices.includes(
        "the plan is frozen by ada (a sale): demand and rules change no replicas; 'pareto plan resume' ends this",
      ),
      notices.join(),
    );

    const replicas = workers.map((one) => one.replicas);
    for (const one of workers) one.leave();
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.path, {}, { store });
    workers = replicas.map((own, index) => startWorker(controller.address, { id: `w${index + 1}`, replicas: own }));
    await turns();
    assert.deepEqual(running(), ['tiny:original']);
    assert.equal((await plans()).freeze?.reason, 'a sale');

    const { ended } = await controller.plans.resume({ actor: 'bob' });
    assert.equal(ended?.actor, 'ada');
    await untilRunning('other:original', 'tiny:original');
    assert.equal((await controller.plans.resume({ actor: 'bob' })).ended, null);
    assert.equal((await plans()).freeze, null);
    const events: string[] = [];
    for await (const { kind, reason } of controller.fleet.events({})) if (kind === 'plan') events.push(reason);
    assert.deepEqual(events, ['the plan is frozen by ada (a sale)', 'resumed by bob']);
  });

  it('go back to an earlier one, which places its replicas again where a worker is lost', async () => {
    const { plans: before } = await plans();
    const [{ revision } = assert.fail('no plan')] = before;
    await registerOther();
    const freeze = await controller.plans.freeze({ revision });
    assert.deepEqual(
      freeze.replicas.map(({ variant, replicas }) => `${replicas} ${variant}`),
      ['1 tiny:original'],
    );
    await untilRunning('tiny:original');
    const [first] = workers;
    addWorker('w2');
    await turns();
    assert.deepEqual(running(), ['tiny:original'], 'a spare copy is not part of the plan');
    await first?.depart();
    workers = workers.slice(1);
    await untilRunning('tiny:original');
  });

  it('are previewed for other demand and workers, without a change', async () => {
    const { current, preview, settled } = await controller.plans.preview({
      demands: [{ target: 'tiny', itemsPerSecond: 100, objective: { latencyMs: 500 } }],
      added: [{ likeWorker: 'w1', count: 1 }],
      usdPerHour: { 'cpu/': 3 },
    });
    assert.ok(preview !== null);
    assert.deepEqual([current?.slots, preview.slots, settled], [2, 4, true]);
    assert.deepEqual(
      preview.demands.map(({ variant, itemsPerSecond }) => `${itemsPerSecond} for ${variant}`),
      ['100 for tiny:original'],
    );
    assert.deepEqual(
      preview.classes.map(({ usdPerHour }) => usdPerHour),
      [3],
    );
    assert.ok(preview.replicaCount > 1);
    await turns();
    assert.deepEqual(running(), ['tiny:original']);
    await assert.rejects(controller.plans.preview({ removedWorkers: ['w9'] }), { code: 'not-found' });
  });
});
