// The controller over real gRPC, with fake workers and routers.

import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createChannel, createClient } from '@pareto/rpc';
import { createTempFolder, matrixModel, waitFor, type TempFolder } from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { startRouter, type FakeRouter } from './support/fake-router.js';
import { profileFor, startWorker, type FakeWorker, type FakeWorkerOptions } from './support/fake-worker.js';
import { clock, startController, type TestController } from './support/start-controller.js';
import { digestOf, registerModel, upload } from './support/upload-model.js';

describe('controller', () => {
  let folder: TempFolder;
  let controller: TestController;
  let cleanUp: (() => void)[];

  const worker = (options: FakeWorkerOptions): FakeWorker => {
    const started = startWorker(controller.address, options);
    cleanUp.push(started.leave);
    return started;
  };
  const router = (from?: { epoch: string; revision: number }): FakeRouter => {
    const started = startRouter(controller.address, from);
    cleanUp.push(started.leave);
    return started;
  };
  const task = (name = 'squares') => controller.registry.registerTask({ name, metric: 'top1' });
  const until = (what: string, condition: () => boolean): Promise<true> =>
    waitFor(what, () => (condition() ? true : undefined));
  const restart = async (): Promise<void> => {
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.path);
  };

  beforeEach(async () => {
    cleanUp = [];
    folder = await createTempFolder();
    controller = await startController(folder.path);
  });
  afterEach(async () => {
    for (const clean of cleanUp) clean();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  describe('blobs', () => {
    const content = Buffer.from('0123456789'.repeat(500));

    it('stores a blob uploaded in chunks, resumes, verifies, and returns it from any offset', async () => {
      const digest = digestOf(content);
      const cut = controller.blobs.upload(
        (async function* () {
          yield { digest, sizeBytes: content.length, offset: 0, data: content.subarray(0, 1234) };
        })(),
      );
      await assert.rejects(cut, { code: 'aborted' });
      assert.deepEqual(await controller.blobs.stat({ digest }), { complete: false, receivedBytes: 1234 });
      await upload(controller, content, 1234);
      assert.deepEqual(await controller.blobs.stat({ digest }), { complete: true, receivedBytes: content.length });
      const parts: Buffer[] = [];
      for await (const { data } of controller.blobs.download({ digest, offset: 100 })) parts.push(data);
      assert.deepEqual(Buffer.concat(parts), content.subarray(100));
    });

    it('rejects a wrong digest and a missing blob', async () => {
      const digest = digestOf(Buffer.from('other'));
      const wrong = controller.blobs.upload(
        (async function* () {
          yield { digest, sizeBytes: content.length, offset: 0, data: content };
        })(),
      );
      await assert.rejects(wrong, { code: 'invalid-argument' });
      const missing = controller.blobs.download({ digest: digestOf(content) })[Symbol.asyncIterator]();
      await assert.rejects(Promise.resolve(missing.next()), { code: 'not-found' });
    });
  });

  describe('registry', () => {
    it('registers a task once, and rejects the name of an architecture', async () => {
      const request = { name: 'squares', metric: 'top1', defaultObjective: { latencyMs: 200 } };
      assert.equal((await controller.registry.registerTask(request)).name, 'squares');
      for (const same of [request, { name: 'squares' }, { ...request, minAgreement: 0.8 }])
        assert.equal((await controller.registry.registerTask(same)).defaultObjective?.latencyMs, 200);
      await registerModel(controller, 'tiny');
      await assert.rejects(task('tiny'), {
        code: 'already-exists',
        message: /^tiny is the name of an architecture; .*another name$/,
      });
      await assert.rejects(registerModel(controller, 'squares'), { code: 'already-exists', message: /namespace/ });
      await assert.rejects(task('no good'), { code: 'invalid-argument' });
    });

    it('rejects another definition of a task with each field that differs, both values and the flags', async () => {
      const { registry } = controller;
      const samples = [Buffer.from('first samples'), Buffer.from('second samples')];
      for (const content of samples) await upload(controller, content);
      const [first = '', second = ''] = samples.map(digestOf);
      const objective = { latencyMs: 200, minAccuracy: 0.9 };
      await registry.registerTask({ name: 'squares', validationDigest: first, defaultObjective: objective });
      const rejects = (given: wire.RegisterTaskRequestInput, differences: string): Promise<void> =>
        assert.rejects(registry.registerTask({ name: 'squares', ...given }), {
          code: 'already-exists',
          message: `task squares exists with another definition: ${differences} to use the task as it is, or choose another name`,
        });
      await rejects(
        { metric: 'cosine', defaultObjective: { latencyMs: 50, class: 'OFFLINE' } },
        'metric is top1, not cosine; latency_ms is 200, not 50; class is online, not offline; leave out --metric, --latency-ms, --class',
      );
      await rejects(
        { validationDigest: second, minAgreement: 0.5, defaultObjective: { minAccuracy: 0, maxCostPer_1k: 0.1 } },
        `validation is ${first}, not ${second}; min_agreement is 0.8, not 0.5; min_accuracy is 0.9, not none; max_cost_per_1k is none, not 0.1; leave out --validation, --min-agreement, --min-accuracy, --max-cost-per-1k`,
      );
      assert.equal((await registry.list({})).tasks[0]?.validationDigest, first);
    });

    it('stores the least agreement of a task, and rejects another one', async () => {
      const request = { name: 'squares', metric: 'top1', minAgreement: 0.95 };
      assert.equal((await controller.registry.registerTask(request)).minAgreement, 0.95);
      assert.equal((await controller.registry.registerTask({ name: 'squares' })).minAgreement, 0.95);
      await assert.rejects(controller.registry.registerTask({ ...request, minAgreement: 0.9 }), {
        code: 'already-exists',
        message: /min_agreement is 0\.95, not 0\.9; leave out --min-agreement/,
      });
      await assert.rejects(controller.registry.registerTask({ name: 'other', minAgreement: 1.5 }), {
        code: 'invalid-argument',
        message: /minimum agreement is 1\.5, expected a number from 0 to 1/,
      });
    });

    it('shows no metric for a task without samples that is registered without one', async () => {
      const { registry } = controller;
      const plain = { name: 'plain' };
      assert.deepEqual(
        [
          (await registry.registerTask(plain)).metric,
          (await registry.registerTask({ name: 'f', metric: 'f1' })).metric,
        ],
        ['', 'f1'],
      );
      const content = Buffer.from('samples');
      const digest = digestOf(content);
      await upload(controller, content);
      await registry.registerTask({ name: 'sampled', validationDigest: digest });
      const { tasks } = await registry.list({});
      assert.deepEqual(Object.fromEntries(tasks.map(({ name, metric }) => [name, metric])), {
        ...{ f: 'f1', plain: '', sampled: 'top1' },
      });
      assert.equal((await registry.describe(plain)).task?.metric, '');
      assert.equal((await registry.registerTask(plain)).name, 'plain', 'registered again with the same definition');
    });

    it('reads the signature, numbers versions, and keeps the version of an identical model', async () => {
      await task();
      const first = await registerModel(controller, 'tiny');
      assert.deepEqual(first.signature?.inputs, [{ name: 'x', datatype: 'FP32', dims: [8] }]);
      assert.deepEqual([first.version, first.maxBatchSize], [1, 8]);
      assert.equal((await registerModel(controller, 'tiny')).version, 1);
      assert.equal((await registerModel(controller, 'tiny', matrixModel(8))).version, 2);
      const { task: described, architectures, variants } = await controller.registry.describe({ name: 'tiny' });
      assert.deepEqual(described?.signature, first.signature);
      assert.deepEqual(
        architectures.map(({ version }) => version),
        [1, 2],
      );
      assert.deepEqual(
        variants.map(({ name, version, state }) => [name, version, state]),
        [['tiny:original', 2, 'inactive']],
      );
    });

    it('rejects models that cannot be served with the reason', async () => {
      await assert.rejects(registerModel(controller, 'tiny'), { code: 'not-found', message: /task squares/ });
      await task();
      await registerModel(controller, 'tiny');
      await assert.rejects(registerModel(controller, 'wide', matrixModel(9)), {
        code: 'invalid-argument',
        message: /does not fit task squares: input "x" FP32 \[batch,8\] in the task, "x" FP32 \[batch,9\] in the model/,
      });
      await assert.rejects(registerModel(controller, 'broken', Buffer.from('not a model')), {
        code: 'invalid-argument',
      });
      const manifest = { files: [{ path: 'model.onnx', digest: digestOf(Buffer.from('?')), sizeBytes: 1 }] };
      await assert.rejects(controller.registry.registerArchitecture({ name: 'x', task: 'squares', manifest }), {
        code: 'failed-precondition',
        message: /upload it first/,
      });
    });

    it('deletes an architecture, and a task only when it has none', async () => {
      await task();
      await registerModel(controller, 'tiny');
      await assert.rejects(controller.registry.delete({ name: 'squares' }), {
        code: 'failed-precondition',
        message: /tiny/,
      });
      await controller.registry.delete({ name: 'tiny' });
      await assert.rejects(controller.registry.describe({ name: 'tiny' }), { code: 'not-found' });
      await controller.registry.delete({ name: 'squares' });
      assert.deepEqual((await controller.registry.list({})).tasks, []);
      await assert.rejects(controller.registry.delete({ name: 'squares' }), { code: 'not-found' });
    });

    it('never reuses a version, even if a task had the name meanwhile', async () => {
      await task();
      await registerModel(controller, 'tiny');
      await controller.registry.delete({ name: 'tiny' });
      await task('tiny');
      await assert.rejects(registerModel(controller, 'tiny'), { code: 'already-exists' });
      await controller.registry.delete({ name: 'tiny' });
      await assert.rejects(controller.registry.delete({ name: 'tiny' }), { code: 'not-found' });
      assert.equal((await registerModel(controller, 'tiny')).version, 2);
    });

    it('leaves no architecture without a task when the task is deleted during the registration', async () => {
      await task();
      const content = matrixModel(8);
      await upload(controller, content);
      const files = [{ path: 'model.onnx', digest: digestOf(content), sizeBytes: content.length }];
      const { registry } = controller;
      await Promise.allSettled([
        registry.registerArchitecture({ name: 'tiny', task: 'squares', manifest: { files } }),
        ...Array.from({ length: 20 }, (_, i) =>
          clock.sleep(milliseconds(i)).then(() => registry.delete({ name: 'squares' })),
        ),
      ]);
      const { tasks, architectures } = await registry.list({});
      assert.deepEqual(
        architectures.map((architecture) => architecture.task),
        tasks.map(({ name }) => name),
      );
    });

    it('keeps all acknowledged writes over a restart', async () => {
      await task();
      await registerModel(controller, 'tiny');
      const before = await controller.registry.list({});
      await restart();
      assert.deepEqual(await controller.registry.list({}), before);
    });
  });

  it('registers nothing in an empty store while a router keeps the table of another one, but restores a backup', async () => {
    await task();
    const parts: Buffer[] = [];
    for await (const { data } of controller.registry.backup({})) parts.push(data);
    const backup = Buffer.concat(parts);
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.file('elsewhere'));
    const table = router({ epoch: 'of-another-store.1', revision: 3 });
    await until('the refusal', () => table.ended() !== undefined);
    const message = /routers have the table of another one.*'pareto restore FILE'/;
    await assert.rejects(task('digits'), { code: 'failed-precondition', message });
    await upload(controller, backup);
    await controller.registry.restore({ digest: digestOf(backup) });
    await task('digits');
    const again = router({ epoch: 'of-another-store.1', revision: 3 });
    await until('the table', () => again.rows.size > 0);
  });

  it('writes a backup when it stops, and restores it into an empty store', async () => {
    const backup = folder.file('backup');
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.path, { backupFile: backup });
    await task();
    await registerModel(controller, 'tiny');
    const before = await controller.registry.list({});
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.file('elsewhere'), { restore: backup });
    assert.deepEqual(await controller.registry.list({}), before);
  });

  it('rejects streams of workers and routers without the cluster token', async () => {
    const anonymous = createChannel(controller.address);
    cleanUp.push(() => anonymous.close());
    for (const stream of [
      createClient(anonymous, 'pareto.v1.Fleet').join(),
      createClient(anonymous, 'pareto.v1.Routes').watch(),
    ]) {
      const first = stream[Symbol.asyncIterator]().next();
      await assert.rejects(Promise.resolve(first), { code: 'unauthenticated' });
    }
  });

  describe('with workers and a router', () => {
    const registerAll = async (): Promise<void> => {
      await task();
      for (const name of ['tiny', 'middle', 'large']) await registerModel(controller, name);
    };
    const twoWorkers = (): readonly [FakeWorker, FakeWorker] => [worker({ id: 'w1' }), worker({ id: 'w2' })];
    const unmeasured = (table: FakeRouter) => table.rows.get('variant/tiny:original/')?.variant;
    const hasRequired = (table: FakeRouter): boolean => {
      const ready = table.ready().join();
      return ready.includes('tiny:original') && /(middle|large):original/.test(ready);
    };

    /** Returns the ready replicas once a whole turn has changed nothing. */
    const settled = async (table: FakeRouter): Promise<readonly string[]> => {
      await until('the required variants', () => hasRequired(table) && table.ready().length >= 4);
      for (let ready = table.ready(); ; ready = table.ready()) {
        await clock.sleep(milliseconds(1_200));
        if (table.ready().join() === ready.join()) return ready;
      }
    };

    it('measures each variant once, loads the cheapest and the most accurate, and publishes them in the table', async () => {
      await registerAll();
      const workers = twoWorkers();
      const table = router();
      await until('the required variants', () => hasRequired(table) && table.ready().length >= 4);
      const measured = workers.flatMap((one) => one.measured).sort();
      assert.deepEqual(measured, ['large:original', 'middle:original', 'tiny:original']);
      const row = table.rows.get('variant/tiny:original/cpu/test/none')?.variant;
      assert.ok(row?.accuracy?.value === 0.9);
      assert.ok(row.costPer_1k > 0 && row.placeable);
      assert.ok(table.rows.has(`profile/${row.profileDigest}`));
      assert.equal(table.rows.get('task/squares')?.task?.signature?.inputs[0]?.name, 'x');
      assert.deepEqual(table.rows.get('router/r1')?.router, { routerId: 'r1', address: '127.0.0.1:1' });
      const assigned = () => workers[0].assignments.at(-1)?.replicas[0];
      // The first replica was loaded before its variant was measured.
      await until('its profile', () => assigned()?.profile !== null && assigned() !== undefined);
      const assignment = assigned();
      assert.ok(assignment?.batchCeiling === 8);
      assert.equal(assignment.spec?.signature?.batched, true);
      const { tasks, workers: listed, recentActions } = await controller.fleet.overview({});
      assert.ok((tasks[0]?.variantsReady.length ?? 0) >= 2);
      // Four slots at 0.048 USD/h, however many replicas share them.
      assert.equal(tasks[0]?.usdPerHour.toFixed(3), '0.192');
      assert.deepEqual(
        listed.map(({ connected }) => connected),
        [true, true],
      );
      assert.ok(recentActions.some(({ kind, reason }) => kind === 'load' && reason !== ''));
    });

    it('immediately loads a cold variant that queries are held for', async () => {
      await registerAll();
      twoWorkers();
      const table = router();
      await until('the required variants', () => hasRequired(table) && table.ready().length >= 4);
      await registerModel(controller, 'next');
      await until('its profile', () => table.rows.has('variant/next:original/cpu/test/none'));
      assert.ok(!table.ready().join().includes('next'));
      const startedAt = clock.now();
      table.demand({ target: 'squares', requests: 1, held: 1, heldVariant: 'next:original' });
      await until('the cold variant', () => table.ready().join().includes('next'));
      assert.ok(clock.now() - startedAt < 900, 'not before the next regular turn');
    });

    it('adds replicas under demand', async () => {
      await registerAll();
      twoWorkers();
      const table = router();
      await until('the required variants', () => hasRequired(table) && table.ready().length >= 4);
      const count = (): number => table.ready().filter((line) => line.startsWith('tiny')).length;
      assert.equal(count(), 2);
      const itemsByVariant = { 'tiny:original': 120_000 };
      const timer = setInterval(
        () => table.demand({ target: 'squares', requests: 120_000, items: 120_000, itemsByVariant }),
        200,
      );
      await until('more replicas', () => count() > 2).finally(() => clearInterval(timer));
    });

    it('loads the replicas of a drained worker elsewhere before it unloads them, and uses the worker again', async () => {
      await registerAll();
      const [first] = twoWorkers();
      const table = router();
      await until('the required variants', () => hasRequired(table) && table.ready().length >= 4);
      const gaps: string[] = [];
      const watch = setInterval(() => hasRequired(table) || gaps.push(table.ready().join()), 10);
      await controller.fleet.drain({ workerId: 'w1' });
      await until('w1 to be empty', () => first.replicas.size === 0 && !table.ready().join().includes('w1'));
      clearInterval(watch);
      assert.deepEqual(gaps, []);
      await controller.fleet.drain({ workerId: 'w1', undrain: true });
      await until('w1 to serve again', () => table.ready().join().includes('w1'));
      await assert.rejects(controller.fleet.drain({ workerId: 'w9' }), { code: 'not-found' });
    });

    it('places the replicas of a lost worker elsewhere', async () => {
      await registerAll();
      const first = worker({ id: 'w1' });
      const table = router();
      await until('the required variants on w1', () => hasRequired(table));
      worker({ id: 'w2' });
      await clock.sleep(milliseconds(100));
      first.leave();
      await until('w2 to have everything', () => hasRequired(table) && !table.ready().join().includes('w1'));
      const { workers } = await controller.fleet.listWorkers({});
      assert.deepEqual(
        workers.map(({ workerId, connected }) => [workerId, connected]),
        [
          ['w1', false],
          ['w2', true],
        ],
      );
    });

    it('after a restart keeps the table and the replicas of rejoining workers, and measures nothing again', async () => {
      await registerAll();
      const before = twoWorkers();
      let table = router();
      const ready = await settled(table);
      for (const one of before) one.report();
      await clock.sleep(milliseconds(200));
      await restart();
      table = router();
      await until('the table', () => table.rows.size > 0);
      assert.deepEqual(table.ready(), ready);
      const again = before.map((one, i) => worker({ id: `w${i + 1}`, replicas: one.replicas }));
      await until('assignments for both workers', () => again.every((one) => one.assignments.length > 0));
      await clock.sleep(milliseconds(2_000));
      assert.deepEqual(table.ready(), ready);
      assert.deepEqual(
        again.map((one) => [...one.replicas.keys()].sort()),
        before.map((one) => [...one.replicas.keys()].sort()),
      );
      assert.deepEqual(
        again.flatMap((one) => one.measured),
        [],
      );
    });

    it('unloads the replicas of a deleted architecture, and does not reuse its versions', async () => {
      await registerAll();
      const only = worker({ id: 'w1' });
      const table = router();
      await until('the required variants', () => hasRequired(table));
      await controller.registry.delete({ name: 'tiny' });
      assert.equal((await registerModel(controller, 'tiny')).version, 2);
      await until('the new version alone', () => {
        const tiny = [...only.replicas.values()].filter(({ variant }) => variant === 'tiny:original');
        return tiny.length > 0 && tiny.every(({ version }) => version === 2) && table.ready().join().includes('tiny');
      });
    });

    it('quarantines a variant that kills executors, also over a restart', async () => {
      await registerAll();
      const only = worker({ id: 'w1' });
      const table = router();
      await until('the required variants', () => hasRequired(table));
      for (const [id, replica] of only.replicas) {
        if (replica.variant !== 'tiny:original') continue;
        only.replicas.set(id, { ...replica, state: 'FAILED', quarantined: true, reason: 'killed by signal 11' });
      }
      only.report();
      const row = () => table.rows.get('variant/tiny:original/cpu/test/none')?.variant;
      await until('the quarantine', () => row()?.quarantineReason === 'killed by signal 11');
      await until('the end of its replicas', () =>
        [...only.replicas.values()].every(({ variant }) => variant !== 'tiny:original'),
      );
      await restart();
      const { variants } = await controller.registry.describe({ name: 'tiny' });
      assert.equal(variants[0]?.quarantineReason, 'killed by signal 11');
    });

    it('ends shared batches of a variant in which a worker found that queries influence each other', async () => {
      await registerAll();
      const only = worker({ id: 'w1' });
      const table = router();
      await until('the required variants', () => hasRequired(table));
      for (const [id, replica] of only.replicas)
        if (replica.variant === 'tiny:original') only.replicas.set(id, { ...replica, mixedReason: 'in a batch' });
      only.report();
      const rows = async (): Promise<wire.RowIsolation | null | undefined> =>
        (await controller.registry.describe({ name: 'tiny' })).variants[0]?.measurements[0]?.profile?.rows;
      await waitFor('the verdict', async () => ((await rows())?.live === true ? true : undefined));
      await until('batches of one', () =>
        (only.assignments.at(-1)?.replicas ?? []).some(
          ({ spec, batchCeiling }) => spec?.variant === 'tiny:original' && batchCeiling === 1,
        ),
      );
      await restart();
      assert.deepEqual(await rows(), { verdict: 'mixed', maxBatch: 0, reason: 'in a batch', live: true });
    });

    it('marks an unmeasured variant as placeable as long as a worker is connected', async () => {
      await task();
      await registerModel(controller, 'tiny');
      const table = router();
      await until('the variant', () => unmeasured(table)?.placeable === false);
      const one = worker({ id: 'w1', measure: () => undefined });
      await until('a worker', () => unmeasured(table)?.placeable === true);
      one.leave();
      await until('the end of the mark', () => unmeasured(table)?.placeable === false);
    });

    it('records why a variant could not be measured, and measures it again on request', async () => {
      await task();
      await registerModel(controller, 'tiny');
      let works = false;
      const measure = () => (works ? profileFor('tiny') : ({ kind: 'failed', reason: 'no such operator' } as const));
      const one = worker({ id: 'w1', measure });
      const table = router();
      await until('the order', () => one.measured.length === 1);
      const measurements = async () => (await controller.registry.describe({ name: 'tiny' })).variants[0]?.measurements;
      await waitFor('the reason', async () =>
        (await measurements())?.[0]?.error === 'no such operator' ? true : undefined,
      );
      await until('the error in the table', () => unmeasured(table)?.measurementError === 'no such operator');
      assert.equal(unmeasured(table)?.placeable, false);
      await clock.sleep(milliseconds(1_200));
      assert.equal(one.measured.length, 1);
      works = true;
      await controller.registry.profile({ variant: 'tiny:original' });
      await waitFor('the profile', async () => (await measurements())?.[0]?.profile ?? undefined);
    });

    it('sends deltas to a router that resumes, or a snapshot if its version is unknown', async () => {
      await registerAll();
      const first = router();
      await until('a table', () => first.rows.size > 0);
      await clock.sleep(milliseconds(300));
      first.leave();
      const { version } = first;
      await registerModel(controller, 'tiny2');
      const second = router(version);
      await until('the change', () => second.rows.has('architecture/tiny2/1'));
      assert.ok(second.messages.every(({ snapshot }) => !snapshot));
      assert.ok(!second.rows.has('architecture/large/1'));
      const third = router({ epoch: 'another', revision: version.revision });
      await until('a snapshot', () => third.messages[0]?.snapshot === true);
      assert.ok(third.rows.has('architecture/large/1'));
      await until('a heartbeat', () => third.messages.some(({ heartbeat }) => heartbeat));
    });
  });
});
