import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { createChannel, createClient } from '@pareto/rpc';
import { tokenMetadata } from '@pareto/service';
import { createTraceCollector, loopModel, matrixModel, waitFor } from '@pareto/testkit';
import { startFakeController } from '../support/fake-controller.js';
import { fixture, floatRequest, floatsOf, order, startTestWorker, token } from '../support/harness.js';

const four = floatRequest([1, 4], [1, 2, 3, 4]);
const isReady = ({ state }: { readonly state: string }): boolean => state === 'READY';

describe('worker session', function () {
  this.timeout(60_000);

  it('sends its hardware, loads assigned replicas and unloads others', async () => {
    await using worker = await startTestWorker();
    const [hello] = await waitFor('hello', () =>
      worker.controller.hellos.length > 0 ? worker.controller.hellos : undefined,
    );
    assert.equal(hello?.workerId, 'w1');
    assert.equal(hello.address, worker.address);
    assert.equal(hello.slotGroups[0]?.slots, 1);
    assert.equal(hello.memoryBytes, 4 * 2 ** 30);
    const spec = worker.spec('id', fixture('id-fp32'));
    worker.controller.order({ revision: 2, replicas: [order('r1', spec), order('r2', spec)] });
    const loaded = await worker.controller.waitForReplica('r2', (r) => isReady(r) && r.memoryBytes > 0);
    assert.ok(loaded.loadMs > 0);
    worker.controller.order({ revision: 3, replicas: [order('r2', spec)] });
    await waitFor('r1 gone', () => (worker.controller.report?.replicas.length === 1 ? true : undefined));
    assert.deepEqual(floatsOf(await worker.infer({ replica: 'r2', body: four })), [1, 2, 3, 4]);
  });

  it('serves without a controller, and rejoins', async () => {
    await using worker = await startTestWorker();
    const spec = worker.spec('id', fixture('id-fp32'));
    worker.controller.order({ revision: 2, replicas: [order('r1', spec)] });
    await worker.controller.waitForReplica('r1', isReady);
    worker.controller.close();
    assert.deepEqual(floatsOf(await worker.infer({ replica: 'r1', body: four })), [1, 2, 3, 4]);
    const port = Number(worker.controller.address.split(':')[1]);
    const next = await startFakeController(port);
    next.order({ revision: 3, replicas: [order('r1', spec)] });
    const report = await next.waitForReplica('r1', isReady);
    assert.equal(report.requests, 1, 'the replica stayed');
    assert.equal(next.hellos[0]?.incarnation, worker.controller.hellos[0]?.incarnation);
    next.close();
  });

  it('reports changes and requests immediately, and counts as often as the controller asks for', async () => {
    await using worker = await startTestWorker();
    const { controller } = worker;
    controller.intervals = { messageIntervalMs: 100, reportIntervalMs: 3_600_000 };
    await waitFor('heartbeats', () => controller.received.heartbeats > 2 || undefined);
    const spec = worker.spec('id', fixture('id-fp32'));
    controller.order({ revision: 2, replicas: [order('r1', spec)] });
    await controller.waitForReplica('r1', isReady);
    await worker.infer({ replica: 'r1', body: four });
    const { reports, heartbeats } = controller.received;
    await waitFor('heartbeats', () => controller.received.heartbeats > heartbeats + 2 || undefined);
    assert.deepEqual([controller.received.reports, controller.report?.replicas[0]?.requests], [reports, 0]);
    controller.requestReport(1);
    await waitFor('a report', () => controller.report?.reportNowSequence === 1 || undefined);
    assert.equal(controller.report?.replicas[0]?.requests, 1);
    controller.intervals = { messageIntervalMs: 100, reportIntervalMs: 200 };
    await worker.infer({ replica: 'r1', body: four });
    await waitFor('the count', () => controller.report?.replicas[0]?.requests === 2 || undefined);
  });

  it('sends heartbeats while nothing but the time since the last inference changes', async () => {
    await using worker = await startTestWorker();
    const { controller } = worker;
    controller.intervals = { messageIntervalMs: 50, reportIntervalMs: 50 };
    controller.order({ revision: 2, replicas: [order('r1', worker.spec('id', fixture('id-fp32')))] });
    await controller.waitForReplica('r1', isReady);
    await worker.infer({ replica: 'r1', body: four });
    await waitFor('the count', () => controller.report?.replicas[0]?.requests === 1 || undefined);
    const { heartbeats } = controller.received;
    await waitFor('heartbeats', () => controller.received.heartbeats > heartbeats + 2 || undefined);
  });

  for (const acceptsChanges of [false, true])
    it(`reports the end of an unloaded replica immediately${acceptsChanges ? ', as a change' : ''}`, async () => {
      await using worker = await startTestWorker();
      const { controller } = worker;
      controller.intervals = { messageIntervalMs: 100, reportIntervalMs: 3_600_000, acceptsChanges };
      // A model with a process of its own takes a while to drain.
      const own = order('r1', worker.spec('own', matrixModel(600)));
      const other = order('r2', worker.spec('id', fixture('id-fp32')));
      controller.order({ revision: 2, replicas: [own, other] });
      const stateOf = (id: string): string | undefined => controller.replicaReports.get(id)?.state;
      await waitFor('the replicas', () => (stateOf('r1') === 'READY' && stateOf('r2') === 'READY') || undefined);
      await waitFor('heartbeats', () => controller.received.heartbeats > 2 || undefined);
      controller.order({ revision: 3, replicas: [other] });
      await waitFor('the drain', () => stateOf('r1') === 'DRAINING' || undefined);
      await waitFor('the end', () => {
        const { report } = controller;
        if (report === undefined) return undefined;
        const isGone = report.onlyChanges
          ? report.removed.includes('r1')
          : report.replicas.every(({ replicaId }) => replicaId !== 'r1');
        return isGone || undefined;
      });
    });

  it('applies and reports changes, in a new session first the whole', async () => {
    await using worker = await startTestWorker();
    const { controller } = worker;
    controller.intervals = { messageIntervalMs: 50, reportIntervalMs: 50, acceptsChanges: true };
    const spec = worker.spec('id', fixture('id-fp32'));
    controller.order({ revision: 2, replicas: [order('r1', spec), order('r2', spec)] });
    await waitFor('the replicas', () => controller.replicaReports.size === 2 || undefined);
    await waitFor('reports of changes', () => (controller.report?.onlyChanges === true ? true : undefined));
    controller.order({ revision: 3, onlyChanges: true, replicas: [order('r3', spec)], removed: ['r1'] });
    await waitFor('r3', () => controller.replicaReports.get('r3')?.state === 'READY' || undefined);
    await waitFor('the end of r1', () => controller.reports.some(({ removed }) => removed.includes('r1')) || undefined);
    const { length } = controller.reports;
    const before = new Map(controller.replicaReports);
    await worker.infer({ replica: 'r2', body: four });
    await waitFor('the count', () => controller.replicaReports.get('r2')?.requests === 1 || undefined);
    // The memory of a new process changes for a while.
    const listed = controller.reports
      .slice(length)
      .flatMap(({ replicas }) => replicas)
      .filter((one) => !isDeepStrictEqual({ ...before.get(one.replicaId), memoryBytes: one.memoryBytes }, { ...one }));
    assert.deepEqual([...new Set(listed.map(({ replicaId }) => replicaId))], ['r2']);
    const invalid = { ...spec, manifest: undefined };
    controller.order({ revision: 4, onlyChanges: true, replicas: [order('bad', invalid), order('r4', spec)] });
    controller.order({ revision: 5, onlyChanges: true, removed: ['bad'] });
    await waitFor('r4', () => controller.replicaReports.get('r4')?.state === 'READY' || undefined);
    const port = Number(controller.address.split(':')[1]);
    controller.close();
    const next = await startFakeController(port);
    next.order({ revision: 6, keepUnlisted: true });
    const first = await waitFor('the first report', () => next.reports[0]);
    const ids = first.replicas.map(({ replicaId, requests }) => [replicaId, requests]);
    assert.deepEqual(
      [first.onlyChanges, ids],
      [
        false,
        [
          ['r2', 1],
          ['r3', 0],
          ['r4', 0],
        ],
      ],
    );
    next.close();
  });

  it('reports why a model could not be measured', async () => {
    await using worker = await startTestWorker();
    const validationDigest = worker.controller.addBlob(Buffer.from('PK\u0003\u0004 junk'));
    const spec = worker.spec('id', fixture('id-fp32'));
    worker.controller.order({
      revision: 2,
      measures: [{ spec, hardwareClass: 'c', metric: 'top1', validationDigest }],
    });
    const measured = await waitFor('a measurement', () => worker.controller.measurements[0], 30_000);
    assert.match(measured.error, /NPZ/);
    assert.equal(measured.profile, null);
  });

  it('answers pings with the load of its replicas', async () => {
    await using worker = await startTestWorker();
    worker.controller.order({ revision: 2, replicas: [order('r1', worker.spec('id', fixture('id-fp32')))] });
    await worker.controller.waitForReplica('r1', isReady);
    const channel = createChannel(worker.address);
    const execution = createClient(channel, 'pareto.v1.Execution');
    await assert.rejects(execution.ping({}), { code: 'unauthenticated' });
    const pong = await execution.ping({}, { metadata: tokenMetadata(token) });
    assert.equal(pong.workerId, 'w1');
    assert.equal(pong.draining, false);
    const idle = { queuedItems: 0, runningItems: 0, backlogMs: 0, typical: 1, slow: 1, interfered: false };
    const replicas = pong.replicas.map(({ itemMs, ...load }) => ({ ...load, hasItemMs: itemMs > 0 }));
    assert.deepEqual(replicas, [{ replicaId: 'r1', state: 'READY', ...idle, hasItemMs: true }]);
    channel.close();
  });

  it('finishes its queries when it stops, and reports that it is draining, and that it departs', async () => {
    await using worker = await startTestWorker();
    worker.controller.order({ revision: 2, replicas: [order('loop', worker.spec('loop', loopModel()), 1)] });
    await worker.controller.waitForReplica('loop', isReady);
    const running = [500_000, 1, 2].map((value) =>
      worker.infer({ replica: 'loop', body: floatRequest([1, 1], [value]) }),
    );
    await worker.controller.waitForReport('a running query', ({ replicas }) =>
      replicas.some(({ runningItems }) => runningItems > 0),
    );
    const stopped = worker.group.stop();
    assert.deepEqual((await Promise.all(running)).map(floatsOf), [[500_000], [1], [2]]);
    await stopped;
    assert.equal(worker.controller.report?.draining, true);
    assert.equal(worker.controller.kinds.filter((kind) => kind === 'departure').length, 1);
  });

  it('waits until a controller that is behind has read its departure', async () => {
    await using worker = await startTestWorker();
    worker.controller.departureDelayMs = 400;
    await waitFor('hello', () => worker.controller.hellos.length > 0 || undefined);
    await waitFor('a report', () => worker.controller.received.reports > 0 || undefined);
    await worker.group.stop();
    assert.equal(worker.controller.kinds.at(-1), 'departure');
    assert.equal(worker.controller.hellos.length, 1, 'it does not join again');
  });

  it('continues the trace of a query down to the executor', async () => {
    await using collector = await createTraceCollector();
    await using worker = await startTestWorker({}, { tracing: { endpoint: collector.endpoint, flushMs: 10 } });
    worker.controller.order({ revision: 2, replicas: [order('r1', worker.spec('id', fixture('id-fp32')))] });
    await worker.controller.waitForReplica('r1', isReady);
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${trace}-b7ad6b7169203331-01`;
    await worker.infer({ replica: 'r1', body: four, metadata: { traceparent } });
    const run = await waitFor('spans', () => collector.spans.find(({ name }) => name === 'executor.run'));
    const parent = await waitFor('spans', () => collector.spans.find(({ spanId }) => spanId === run.parentSpanId));
    assert.deepEqual([run.traceId, parent.name, parent.parentSpanId], [trace, 'worker.infer', 'b7ad6b7169203331']);
  });
});
