// Repeated events, the events about replicas and rollouts, and the events of a running controller.

import assert from 'node:assert/strict';
import { bytes, milliseconds, replicaId } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { createRepeats, type ClusterEvent } from '../../src/events/repeats.js';
import { replicaEvents } from '../../src/fleet/replica-events.js';
import { createRolloutEvents } from '../../src/plan/rollout-events.js';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { reportOf, w1 } from '../support/reports.js';
import { startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

describe('events', () => {
  it('are counted when they repeat, and published again after a minute', () => {
    const repeats = createRepeats();
    const drop = { kind: 'drop', subject: 'm:original', worker: 'w1', reason: 'stale' };
    const observe = (event: ClusterEvent, next: number, seconds: number): readonly number[] =>
      Object.values(repeats.observe(event, next, milliseconds(1_000 * seconds)));
    assert.deepEqual(observe(drop, 1, 0), [1, 1]);
    assert.deepEqual(observe({ ...drop, reason: 'another' }, 2, 1), [2, 1]);
    assert.deepEqual(observe(drop, 3, 59), [1, 2]);
    assert.deepEqual(observe(drop, 3, 60), [3, 3]);
    assert.deepEqual(observe(drop, 4, 61), [3, 4]);
    assert.deepEqual(observe(drop, 4, 3_660), [4, 1], 'an hour later');
    repeats.clear();
    assert.deepEqual(observe(drop, 5, 3_661), [5, 1]);
  });

  it('are added for replicas that became ready, failed, were quarantined, or are Interfered', () => {
    const live = (fields: Parameters<typeof reportOf>[1]): Parameters<typeof replicaEvents>[1] =>
      new Map([
        [
          replicaId('r1'),
          {
            report: reportOf('r1', fields),
            interferedAt: fields?.interfered === true ? milliseconds(0) : undefined,
          },
        ],
      ]);
    const kinds = (before: Parameters<typeof live>[0], after: Parameters<typeof live>[0]): readonly string[] =>
      replicaEvents(w1, live(before), live(after)).map(({ kind, reason }) => `${kind}: ${reason}`);
    const loading = { state: 'loading', memoryBytes: bytes(0) } as const;
    assert.deepEqual(kinds(loading, { state: 'ready', loadMs: milliseconds(12.4) }), ['ready: loaded in 12 ms']);
    assert.deepEqual(kinds({ state: 'ready' }, { state: 'ready' }), []);
    assert.match(kinds({}, { interfered: true }).join(), /^interfered: .* over 1\.25 times as long as profiled$/);
    assert.match(kinds({ interfered: true }, {}).join(), /^interfered: .* as long as profiled for a minute$/);
    assert.deepEqual(kinds({}, { mixedReason: 'in a batch' }), [
      'mixed: its queries share no batch any more: in a batch',
    ]);
    assert.deepEqual(kinds({ mixedReason: 'in a batch' }, { mixedReason: 'in a batch' }), []);
    assert.deepEqual(kinds(loading, { state: 'failed', reason: 'no memory' }), ['failed: no memory']);
    const poisoned = { state: 'failed', quarantined: true, reason: 'two queries' } as const;
    assert.deepEqual(kinds({ state: 'ready' }, poisoned), ['quarantine: two queries']);
  });

  it('are added when a name resolves to another version', () => {
    const eventsFor = createRolloutEvents();
    type Viewed = Parameters<typeof eventsFor>[0];
    const registry = {
      architectures: new Map([['m', [{ version: 1 }, { version: 2 }]]]),
    } as unknown as Viewed['registry'];
    assert.deepEqual(eventsFor({ served: new Map(), registry }), []);
    assert.deepEqual(eventsFor({ served: new Map([['m', 1]]), registry }), []);
    assert.deepEqual(
      eventsFor({ served: new Map(), registry }).map(({ subject, reason }) => [subject, reason]),
      [['m', 'the name now resolves to version 2 instead of 1']],
    );
    assert.deepEqual(eventsFor({ served: new Map(), registry }), []);
  });
});

describe('events of a controller', function () {
  this.timeout(60_000);
  let folder: TempFolder;
  let controller: TestController;
  let worker: FakeWorker;

  const list = async (name = ''): Promise<readonly wire.EventsResponse[]> => {
    const events: wire.EventsResponse[] = [];
    for await (const event of controller.fleet.events({ follow: false, name })) events.push(event);
    return events;
  };
  const lines = async (name = ''): Promise<readonly string[]> =>
    (await list(name)).map(({ kind, subject, reason }) => `${kind} ${subject}: ${reason}`);

  before(async () => {
    folder = await createTempFolder();
    controller = await startController(folder.path);
    worker = startWorker(controller.address, { id: 'w1' });
    await controller.registry.registerTask({ name: 'squares', metric: 'top1' });
    await controller.registry.registerTask({ name: 'other', metric: 'top1' });
    await registerModel(controller, 'tiny');
    await waitFor('a replica', () => (worker.replicas.size > 0 ? true : undefined));
  });
  after(async () => {
    worker.leave();
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('cover terms, workers, registrations, measurements, and plan actions with their reasons', async () => {
    const listed = await list();
    assert.deepEqual([listed[0]?.kind, listed[0]?.subject], ['leader', controller.address]);
    assert.ok(listed.every(({ id }, i) => i === 0 || id > (listed[i - 1]?.id ?? 0)));
    const of = (kind: string): wire.EventsResponse => listed.find((one) => one.kind === kind) ?? assert.fail(kind);
    assert.deepEqual([of('worker').worker, of('worker').reason.includes('joined')], ['w1', true]);
    assert.match(of('registry').reason, /the task was registered/);
    assert.match(of('measured').reason, /^top1 0\.9000, p50 1\.00 ms at batch 1 on cpu\/test/);
    for (const kind of ['measure', 'load'])
      assert.deepEqual([of(kind).subject, of(kind).worker, of(kind).reason !== ''], ['tiny:original', 'w1', true]);
  });

  it('are filtered by task, architecture, variant or worker', async () => {
    const subjects = async (name: string): Promise<readonly string[]> =>
      [...new Set((await list(name)).map(({ subject }) => subject))].sort();
    assert.deepEqual(await subjects('squares'), ['squares', 'tiny', 'tiny:original']);
    assert.deepEqual(await subjects('tiny'), ['tiny', 'tiny:original']);
    assert.deepEqual(await subjects('tiny:original'), ['tiny:original']);
    assert.deepEqual(await subjects('other'), ['other']);
    assert.ok((await list('w1')).every((one) => one.worker === 'w1'));
    assert.deepEqual(await subjects('nothing'), []);
  });

  it('reach followers: rules, drained workers, deletions', async () => {
    const stop = new AbortController();
    const followed: string[] = [];
    const following = (async (): Promise<void> => {
      for await (const { kind, subject, reason } of controller.fleet.events(
        { follow: true, name: '' },
        { signal: stop.signal },
      ))
        followed.push(`${kind} ${subject}: ${reason}`);
    })().catch(() => undefined);
    const before = await lines();
    await waitFor('the earlier events', () => (followed.length >= before.length ? true : undefined));
    const rule = { kind: 'deny', target: 'tiny', reason: 'a try', actor: 'me' };
    const { id } = await controller.registry.setRule(rule);
    await controller.registry.liftRule({ id, actor: 'you' });
    await controller.fleet.drain({ workerId: 'w1', undrain: false });
    await controller.registry.delete({ name: 'tiny' });
    const expected = [
      `rule tiny: deny ${id} set by me: a try`,
      `rule tiny: deny ${id} lifted by you: a try`,
      'worker w1: drained by an operator: its replicas move to other workers',
      'registry tiny: version 1 was deleted, with its generated files and measurements',
    ];
    await waitFor('all events', () => (expected.every((line) => followed.includes(line)) ? true : undefined));
    assert.deepEqual(followed.slice(0, before.length), before);
    stop.abort();
    await following;
  });

  it('survive a restart, and the ids continue', async () => {
    const before = await list();
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.path);
    const listed = await waitFor('a term', async () => {
      const all = await list();
      return all.at(-1)?.reason === 'elected' ? all : undefined;
    });
    assert.deepEqual(
      listed.slice(0, before.length).map(({ id, reason }) => `${id} ${reason}`),
      before.map(({ id, reason }) => `${id} ${reason}`),
    );
    assert.ok((listed[before.length]?.id ?? 0) > (before.at(-1)?.id ?? Infinity));
    assert.equal(listed.filter(({ kind }) => kind === 'rule').length, 2);
  });
});
