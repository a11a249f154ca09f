// The event log, the events about replicas and rollouts, and the events of a running controller.

import assert from 'node:assert/strict';
import { bytes, milliseconds, replicaId } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { createManualClock, createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { createEventLog } from '../../src/events/events.js';
import { replicaEvents } from '../../src/fleet/replica-events.js';
import { createRolloutEvents } from '../../src/plan/rollout-events.js';
import { startWorker, type FakeWorker } from '../support/fake-worker.js';
import { reportOf, w1 } from '../support/reports.js';
import { startController, type TestController } from '../support/start-controller.js';
import { registerModel } from '../support/upload-model.js';

describe('event log', () => {
  const drop = { kind: 'drop', subject: 'm:original', worker: 'w1', reason: 'stale' };

  it('keeps the last thousand, in the order of ascending ids', () => {
    const log = createEventLog(createManualClock());
    for (let i = 0; i < 1_500; i++) log.add({ kind: 'load', subject: `m${i}`, reason: '' });
    const all = log.since(0);
    assert.deepEqual([all.length, all[0]?.subject, all.at(-1)?.subject], [1_000, 'm500', 'm1499']);
    assert.deepEqual(
      log.since(1_498).map(({ id }) => id),
      [1_499, 1_500],
    );
  });

  it('counts repeated events, and publishes them again after a minute', async () => {
    const clock = createManualClock();
    const log = createEventLog(clock);
    for (let second = 0; second < 50; second++) {
      log.add(drop);
      await clock.advance(1_000);
    }
    assert.deepEqual(log.since(0), [{ ...drop, id: 1, at: 49_000, publishedAt: 0, count: 50 }]);
    await clock.advance(20_000);
    log.add({ ...drop, reason: 'another' });
    log.add(drop);
    assert.deepEqual(
      log.since(1).map(({ id, reason, count }) => [id, reason, count]),
      [
        [2, 'another', 1],
        [3, 'stale', 51],
      ],
    );
  });

  it('has events about replicas that became ready, failed, were quarantined, or are Interfered', () => {
    const live = (fields: Parameters<typeof reportOf>[1]): Parameters<typeof replicaEvents>[1] =>
      new Map([[replicaId('r1'), { report: reportOf('r1', fields) }]]);
    const kinds = (before: Parameters<typeof live>[0], after: Parameters<typeof live>[0]): readonly string[] =>
      replicaEvents(w1, live(before), live(after)).map(({ kind, reason }) => `${kind}: ${reason}`);
    const loading = { state: 'loading', memoryBytes: bytes(0) } as const;
    assert.deepEqual(kinds(loading, { state: 'ready', loadMs: milliseconds(12.4) }), ['ready: loaded in 12 ms']);
    assert.deepEqual(kinds({ state: 'ready' }, { state: 'ready' }), []);
    assert.match(kinds({}, { interfered: true }).join(), /^interfered: .* over 1\.25 times as long as profiled$/);
    assert.match(kinds({ interfered: true }, {}).join(), /^interfered: .* as long as profiled again$/);
    assert.deepEqual(kinds(loading, { state: 'failed', reason: 'no memory' }), ['failed: no memory']);
    const poisoned = { state: 'failed', quarantined: true, reason: 'two queries' } as const;
    assert.deepEqual(kinds({ state: 'ready' }, poisoned), ['quarantine: two queries']);
  });

  it('has an event when a name resolves to another version', () => {
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

  it('are lost with the process, except those about rules', async () => {
    await controller[Symbol.asyncDispose]();
    controller = await startController(folder.path);
    const listed = await waitFor('a term', async () => {
      const all = await lines();
      return all.length > 0 ? all : undefined;
    });
    assert.deepEqual(
      listed.filter((line) => !line.startsWith('worker ')).map((line) => line.split(' ')[0]),
      ['rule', 'rule', 'leader'],
    );
  });
});
