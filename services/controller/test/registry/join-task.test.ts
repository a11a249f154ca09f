// Models that were registered alone and join a task, or get samples, later; and the deletion of their own tasks.

import assert from 'node:assert/strict';
import { milliseconds, ownTaskOf, systemClock, type Measurement } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { openEmbeddedStore, splitOperations, type Operation, type Store } from '@pareto/state';
import { buildArchitecture, buildTask, createTempFolder, matrixModel, waitFor, type TempFolder } from '@pareto/testkit';
import { joinTask } from '../../src/registry/join-task.js';
import { originalVariants } from '../../src/registry/outcome-variants.js';
import { architectureKey, nameKey, putRecord, taskKey, variantKey } from '../../src/storage/records.js';
import { startCandidate, waitToLead, type Candidate } from '../support/candidate.js';
import { profileFor, startWorker, type FakeWorker } from '../support/fake-worker.js';
import { clock, startController, type TestController } from '../support/start-controller.js';
import { digestOf, registerModel, upload, uploadFile } from '../support/upload-model.js';

describe('a model that was registered alone', () => {
  let folder: TempFolder;
  let controller: TestController;
  let worker: FakeWorker;

  beforeEach(async () => {
    folder = await createTempFolder();
    controller = await startController(folder.path);
    worker = startWorker(controller.address, { id: 'w1' });
    await controller.registry.registerTask({ name: 'tiny.task', defaultObjective: { latencyMs: 70 } });
    await registerModel(controller, 'tiny', undefined, 'tiny.task');
    await waitFor('a replica of the measured model', () => (worker.replicas.size > 0 && isMeasured()) || undefined);
  });
  afterEach(async () => {
    worker.leave();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const isMeasured = (): boolean => worker.measured.length > 0;
  const taskNames = async (): Promise<readonly string[]> =>
    (await controller.registry.list({})).tasks.map(({ name }) => name).sort();
  async function uploadSamples(text: string): Promise<string> {
    const content = Buffer.from(text);
    await upload(controller, content);
    return digestOf(content);
  }
  const describeTiny = (): Promise<wire.DescribeResponse> => controller.registry.describe({ name: 'tiny' });
  const join = (): Promise<wire.Architecture> => registerModel(controller, 'tiny', undefined, 'squares');

  it('joins a task with all its versions, and keeps its replicas', async () => {
    await registerModel(controller, 'tiny', matrixModel(8), 'tiny.task');
    await waitFor('version 2', async () => (await describeTiny()).architectures[1]?.servedVersion === 0 || undefined);
    await clock.sleep(milliseconds(2_000));
    const replicas = [...worker.replicas.keys()];
    const measured = worker.measured.length;
    await controller.registry.registerTask({ name: 'squares' });
    const joined = await registerModel(controller, 'tiny', matrixModel(8), 'squares');
    assert.deepEqual([joined.task, joined.version, joined.currentVersion], ['squares', 2, 2]);
    assert.deepEqual(await taskNames(), ['squares']);
    const events: string[] = [];
    for await (const { reason } of controller.fleet.events({ follow: false, name: 'tiny' })) events.push(reason);
    for (const version of [1, 2])
      assert.ok(events.includes(`version ${version} moved from task tiny.task to task squares`), events.join('\n'));
    const { task, architectures, variants } = await describeTiny();
    assert.deepEqual([task?.name, task?.signature?.inputs.length], ['squares', 1]);
    assert.deepEqual(new Set(architectures.map((one) => one.task)), new Set(['squares']));
    assert.equal((await controller.registry.list({ task: 'squares' })).variants.length, variants.length);
    await clock.sleep(milliseconds(2_000));
    assert.deepEqual([...worker.replicas.keys()], replicas);
    assert.equal(worker.measured.length, measured, 'neither task has samples');
  });

  it('is measured on the samples of the task that it joins, and keeps its replicas', async () => {
    await controller.registry.registerTask({ name: 'squares', validationDigest: await uploadSamples('samples') });
    const replicas = [...worker.replicas.keys()];
    await join();
    await waitFor('another measurement', () => worker.measured.length > 1 || undefined);
    await clock.sleep(milliseconds(2_000));
    assert.deepEqual([...worker.replicas.keys()], replicas);
  });

  it('keeps its denials, but not its pins, when it joins a task', async () => {
    const rule = { target: 'tiny:original', reason: 'a test', actor: 'ann' };
    const pin = await controller.registry.setRule({ ...rule, kind: 'pin', task: 'tiny.task' });
    const denial = await controller.registry.setRule({ ...rule, kind: 'deny', task: 'tiny.task' });
    await controller.registry.registerTask({ name: 'squares' });
    await join();
    const { rules, events } = await controller.registry.listRules({});
    assert.deepEqual(
      rules.map(({ id, task }) => [id, task]),
      [[denial.id, 'squares']],
    );
    const [ended] = events;
    assert.deepEqual([ended?.kind, ended?.actor, ended?.rule?.id], ['ended', 'tiny joined task squares', pin.id]);
  });

  it('stays in its task if it does not fit the other one, or shares it', async () => {
    await controller.registry.registerTask({ name: 'squares' });
    await registerModel(controller, 'wide', matrixModel(9), 'squares');
    await assert.rejects(join(), { code: 'invalid-argument', message: /tiny does not fit task squares/ });
    await assert.rejects(registerModel(controller, 'wide', matrixModel(9), 'tiny.task'), {
      code: 'already-exists',
      message: 'architecture wide belongs to task squares: choose another name',
    });
    assert.deepEqual(await taskNames(), ['squares', 'tiny.task']);
    assert.equal((await describeTiny()).task?.name, 'tiny.task');
  });

  it('stays in its task if the requested labels do not fit it', async () => {
    await controller.registry.registerTask({ name: 'squares' });
    const content = matrixModel(8);
    await registerModel(controller, 'tiny', content, 'tiny.task');
    const [manifest, labels] = [await uploadFile(controller, content), { nothing: await uploadSamples('a') }];
    const request = { name: 'tiny', task: 'squares', manifest, recipes: ['original'], labels };
    await assert.rejects(controller.registry.registerArchitecture(request), { code: 'invalid-argument' });
    assert.equal((await describeTiny()).task?.name, 'tiny.task');
  });

  it('stays in its task if it cannot go back to the registered version', async () => {
    await controller.registry.registerTask({ name: 'squares' });
    worker.leave();
    const measure = ({ spec }: wire.MeasureOrder): Measurement['result'] =>
      spec?.version === 2 ? { kind: 'failed', reason: 'NaN' } : profileFor('tiny');
    worker = startWorker(controller.address, { id: 'w2', measure });
    await registerModel(controller, 'tiny', matrixModel(8), 'tiny.task');
    await waitFor('the failed measurement', async () => {
      const { jobs } = await controller.registry.jobs({ name: 'tiny' });
      return jobs.some(({ steps }) => steps.some(({ state }) => state === 'failed')) || undefined;
    });
    await registerModel(controller, 'tiny', undefined, 'tiny.task');
    const back = registerModel(controller, 'tiny', matrixModel(8), 'squares');
    await assert.rejects(back, { code: 'failed-precondition', message: /tiny cannot go back to version 2: .*NaN/ });
    assert.equal((await describeTiny()).task?.name, 'tiny.task');
  });

  it('gets a validation set later, on which it is measured', async () => {
    const validationDigest = await uploadSamples('samples');
    const replicas = [...worker.replicas.keys()];
    const task = await controller.registry.registerTask({ name: 'tiny.task', validationDigest, metric: 'f1' });
    assert.deepEqual(
      [task.validationDigest, task.metric, task.defaultObjective?.latencyMs],
      [validationDigest, 'f1', 70],
    );
    await waitFor('another measurement', () => worker.measured.length > 1 || undefined);
    await clock.sleep(milliseconds(2_000));
    assert.deepEqual([...worker.replicas.keys()], replicas);
    const again = await controller.registry.registerTask({ name: 'tiny.task', validationDigest, metric: 'f1' });
    assert.deepEqual(again, task, 'a repetition changes nothing');
    const other = { name: 'tiny.task', validationDigest: await uploadSamples('other samples'), metric: 'f1' };
    await assert.rejects(controller.registry.registerTask(other), { code: 'already-exists' });
  });

  it('is deleted with its task, unless another model is in it', async () => {
    await registerModel(controller, 'guest', undefined, 'tiny.task');
    assert.deepEqual(await controller.registry.delete({ name: 'tiny' }), { task: '' });
    assert.deepEqual(await taskNames(), ['tiny.task']);
    await controller.registry.delete({ name: 'guest' });
    await controller.registry.delete({ name: 'tiny.task' });
    await controller.registry.registerTask({ name: 'tiny.task' });
    await registerModel(controller, 'tiny', undefined, 'tiny.task');
    assert.deepEqual(await controller.registry.delete({ name: 'tiny' }), { task: 'tiny.task' });
    assert.deepEqual(await taskNames(), []);
    await assert.rejects(controller.registry.delete({ name: 'tiny.task' }), { code: 'not-found' });
  });
});

describe('a model with hundreds of versions', () => {
  const versions = Array.from({ length: 300 }, (_, index) => index + 1);
  const own = ownTaskOf('m');
  let folder: TempFolder;
  let store: Store;
  let leading: Candidate;
  beforeEach(async () => {
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    leading = await startCandidate(store, 'one:1');
    await waitToLead(leading);
    await write(
      putRecord(nameKey('m'), { kind: 'architecture', current: versions.length, changes: [] }),
      ...[own, 'squares'].flatMap((name) => [
        putRecord(nameKey(name), { kind: 'task' }),
        putRecord(taskKey(name), buildTask({ name })),
      ]),
      ...versions.flatMap((version) => {
        const architecture = buildArchitecture({ name: 'm', version, task: own });
        const variants = originalVariants(leading.mirror.records, architecture);
        return [
          putRecord(architectureKey('m', version), architecture),
          ...variants.map((one) => putRecord(variantKey(one.id, version), one)),
        ];
      }),
    );
  });
  afterEach(async () => {
    await leading[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  async function write(...operations: readonly Operation[]): Promise<void> {
    for (const part of splitOperations(operations)) assert.ok(await leading.leader.write([], part));
  }
  /** Returns the result of joining the other task if only a number of writes succeed. */
  function join(maxWrites = Infinity): Promise<boolean> {
    const to = leading.mirror.records.tasks.get(taskKey('squares'));
    assert.ok(to);
    let writes = 0;
    const { mirror, leader } = leading;
    const write: typeof leader.write = async (...args) => ++writes <= maxWrites && leader.write(...args);
    return joinTask({ leader: { ...leader, write }, mirror, clock: systemClock }, 'm', to);
  }
  const tasks = (): readonly string[] => Array.from(leading.mirror.records.tasks.values(), ({ value }) => value.name);
  const left = () => [...leading.mirror.records.architectures.values()].filter(({ value }) => value.task === own);

  it('joins a task with all of them, and leaves no task of its own', async () => {
    assert.equal(await join(), true);
    assert.deepEqual([left().length, tasks()], [0, ['squares']]);
    assert.ok([...leading.mirror.records.variants.values()].every(({ value }) => value.task === 'squares'));
  });

  it('completes an interrupted move without writing the moved versions again', async () => {
    assert.equal(await join(4), false);
    const { architectures } = leading.mirror.records;
    const moved = [...architectures.values()].filter(({ value }) => value.task === 'squares');
    assert.ok(moved.length > 0 && left().length > 0, `${moved.length} moved, ${left().length} left`);
    assert.deepEqual(tasks().toSorted(), [own, 'squares']);
    assert.equal(await join(), true);
    assert.deepEqual([left().length, tasks()], [0, ['squares']]);
    for (const { key, modRevision } of moved) assert.equal(architectures.get(key)?.modRevision, modRevision);
  });

  it('keeps its own task and a version in it until the last write', async () => {
    for (let writes = 0; !(await join(writes)); writes += 1) {
      assert.ok(writes < 10 && left().length > 0 && tasks().includes(own), `${left().length} versions after ${writes}`);
    }
    assert.deepEqual([left().length, tasks()], [0, ['squares']]);
  });
});
