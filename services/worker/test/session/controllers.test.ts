import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import { startFakeController, type FakeController } from '../support/fake-controller.js';
import { digits, fixture, floatRequest, order, startTestWorker, type TestWorker } from '../support/harness.js';

const four = floatRequest([1, 4], [1, 2, 3, 4]);
const isReady = ({ state }: { readonly state: string }): boolean => state === 'READY';

describe('worker with several controllers', function () {
  this.timeout(60_000);
  const controllers: FakeController[] = [];
  const workers: TestWorker[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker[Symbol.asyncDispose]();
    for (const controller of controllers.splice(0)) controller.close();
  });

  /** Starts a worker with `count` controllers, of which the first one leads. They share their blobs. */
  async function startWith(
    count: number,
    blobs = new Map<string, Uint8Array>(),
  ): Promise<[TestWorker, FakeController, FakeController | undefined]> {
    for (let i = 0; i < count; i++) controllers.push(await startFakeController(0, blobs));
    const [leader, other] = controllers;
    assert.ok(leader);
    if (other) other.leader = leader.address;
    const worker = await startTestWorker(
      { controllers: controllers.map(({ address }) => address) },
      { controller: leader },
    );
    workers.push(worker);
    await waitFor('hello', () => leader.hellos[0]);
    return [worker, leader, other];
  }

  it('joins the new leader, reports all its replicas to it, and keeps its counts', async () => {
    const [worker, first, second] = await startWith(2);
    assert.ok(second);
    const spec = worker.spec('id', fixture('id-fp32'));
    first.order({ revision: 2, replicas: [order('r1', spec)] });
    await first.waitForReplica('r1', isReady);
    await worker.infer({ replica: 'r1', body: four });
    second.leader = undefined;
    second.order({ revision: 1, keepUnlisted: true });
    first.depose(second.address);
    await second.waitForReplica('r1', (report) => isReady(report) && report.requests === 1);
    assert.equal(second.hellos[0]?.incarnation, first.hellos[0]?.incarnation);
    await worker.infer({ replica: 'r1', body: four });
    await second.waitForReplica('r1', (report) => isReady(report) && report.requests === 2);
  });

  it('keeps unlisted replicas while the controller collects what runs', async () => {
    const [worker, leader] = await startWith(1);
    const spec = worker.spec('id', fixture('id-fp32'));
    leader.order({ revision: 2, replicas: [order('r1', spec)] });
    await leader.waitForReplica('r1', isReady);
    leader.order({ revision: 3, keepUnlisted: true, replicas: [order('r2', spec)] });
    await leader.waitForReplica('r2', isReady);
    assert.equal(leader.replicaReports.get('r1')?.state, 'READY');
    leader.order({ revision: 4, replicas: [{ replicaId: 'r1' }, order('r2', spec), { replicaId: 'never-seen' }] });
    leader.order({ revision: 5, replicas: [{ replicaId: 'r1' }] });
    await waitFor('r2 gone', () => (leader.report?.replicas.length === 1 ? true : undefined));
    await worker.infer({ replica: 'r1', body: four });
    leader.order({ revision: 6, replicas: [order('r2', spec)] });
    await leader.waitForReplica('r2', isReady);
    await waitFor('r1 gone', () => (leader.report?.replicas.length === 1 ? true : undefined));
  });

  it('reports the final counts of an unloaded replica', async () => {
    const [worker, leader] = await startWith(1);
    const spec = worker.spec('id', fixture('id-fp32'));
    leader.order({ revision: 2, replicas: [order('r1', spec)] });
    await leader.waitForReplica('r1', isReady);
    await Promise.all(Array.from({ length: 9 }, () => worker.infer({ replica: 'r1', body: four })));
    leader.order({ revision: 3 });
    await waitFor('r1 gone', () => (leader.report?.replicas.length === 0 ? true : undefined));
    assert.equal(leader.replicaReports.get('r1')?.requests, 9);
    assert.equal(leader.replicaReports.get('r1')?.items, 9);
  });

  it('loads a replica again that is assigned again while it drains', async () => {
    const [worker, leader] = await startWith(1);
    const spec = worker.spec('id', fixture('id-fp32'));
    leader.order({ revision: 2, replicas: [order('r1', spec)] });
    await leader.waitForReplica('r1', isReady);
    leader.order({ revision: 3 });
    leader.order({ revision: 4, replicas: [order('r1', spec)] });
    await waitFor('an answer', () => worker.infer({ replica: 'r1', body: four }).catch(() => undefined));
  });

  it('sends a measurement to a new leader that did not order it', async () => {
    const [worker, first, second] = await startWith(2);
    assert.ok(second);
    const measure = { spec: worker.spec('id', fixture('id-fp32')), hardwareClass: 'c', metric: 'top1' };
    first.order({ revision: 2, measures: [measure] });
    await waitFor('a measurement', () => first.measurements[0], 30_000);
    second.leader = undefined;
    first.depose(second.address);
    assert.deepEqual(await waitFor('a measurement', () => second.measurements[0]), first.measurements[0]);
  });

  it('downloads the rest of a model from another controller when a download breaks off', async () => {
    const [worker, first, second] = await startWith(2);
    assert.ok(second);
    const model = digits('models/mlp-tiny.onnx');
    assert.ok(model.length > 65_536);
    first.breakAt = 65_536;
    first.order({ revision: 2, replicas: [order('r1', worker.spec('mlp-tiny', model))] });
    await first.waitForReplica('r1', isReady, 30_000);
    assert.deepEqual(second.downloads.at(-1)?.offset, 65_536);
  });

  it('has the controller recheck a damaged model, fails with the reason, and loads it once it is repaired', async () => {
    const blobs = new Map<string, Uint8Array>();
    const [worker, leader, other] = await startWith(2, blobs);
    assert.ok(other);
    const model = fixture('id-fp32');
    const spec = worker.spec('id', model);
    const [digest = ''] = blobs.keys();
    blobs.set(digest, Buffer.alloc(model.length));
    leader.order({ revision: 2, replicas: [order('r1', spec)] });
    const { reason } = await leader.waitForReplica('r1', ({ state }) => state === 'FAILED');
    assert.match(reason, /blob sha256:[0-9a-f]{64} was damaged/);
    assert.deepEqual(
      leader.downloads.slice(0, 2).map(({ offset, recheck }) => [offset, recheck]),
      [
        [0, false],
        [0, true],
      ],
    );
    assert.deepEqual(other.downloads, []);
    leader.addBlob(model);
    leader.order({ revision: 3, replicas: [order('r2', spec)] });
    await leader.waitForReplica('r2', isReady);
  });
});

describe('worker without a leader', () => {
  it('is not ready, with the reason, until a controller leads', async () => {
    const controller = await startFakeController();
    controller.leader = '';
    await using worker = await startTestWorker({}, { controller });
    const readyz = async (): Promise<string> => (await fetch(`${worker.metricsUrl}/readyz`)).text();
    const waiting = await waitFor('a reason', async () => {
      const text = await readyz();
      return text.includes('no controller leads now') ? text : undefined;
    });
    assert.match(waiting, /^no assignments received from a controller yet: 127\.0\.0\.1:\d+: no controller leads now/);
    const metrics = await (await fetch(`${worker.metricsUrl}/metrics`)).text();
    assert.match(metrics, /^pareto_controller_connected(\{.*\})? 0$/m);
    assert.match(metrics, /^pareto_controller_age_seconds(\{.*\})? [\d.]+$/m);
    controller.leader = undefined;
    await waitFor('ready', async () => ((await readyz()) === 'ok\n' ? true : undefined));
  });
});
