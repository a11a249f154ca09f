import assert from 'node:assert/strict';
import { createChannel, createClient } from '@pareto/rpc';
import { tokenMetadata } from '@pareto/service';
import { createTraceCollector, loopModel, waitFor } from '@pareto/testkit';
import { startFakeController } from '../support/fake-controller.js';
import { digits, fixture, floatRequest, floatsOf, order, startWorld, token } from '../support/harness.js';

const four = floatRequest([1, 4], [1, 2, 3, 4]);
const isReady = ({ state }: { readonly state: string }): boolean => state === 'READY';

describe('a worker and its controller', function () {
  this.timeout(60_000);

  it('says what it is, loads what is ordered and unloads what is not', async () => {
    await using world = await startWorld();
    const [hello] = await waitFor('hello', () =>
      world.controller.hellos.length > 0 ? world.controller.hellos : undefined,
    );
    assert.equal(hello?.workerId, 'w1');
    assert.equal(hello.address, world.address);
    assert.equal(hello.slotGroups[0]?.slots, 1);
    assert.equal(hello.memoryBytes, 4 * 2 ** 30);
    const spec = world.spec('id', fixture('id-fp32'));
    world.controller.order({ revision: 2, replicas: [order('r1', spec), order('r2', spec)] });
    const loaded = await world.controller.waitForReplica('r2', (r) => isReady(r) && r.memoryBytes > 0);
    assert.ok(loaded.loadMs > 0);
    world.controller.order({ revision: 3, replicas: [order('r2', spec)] });
    await waitFor('r1 gone', () => (world.controller.report?.replicas.length === 1 ? true : undefined));
    assert.deepEqual(floatsOf(await world.infer({ replica: 'r2', body: four })), [1, 2, 3, 4]);
  });

  it('serves without a controller, and joins again', async () => {
    await using world = await startWorld();
    const spec = world.spec('id', fixture('id-fp32'));
    world.controller.order({ revision: 2, replicas: [order('r1', spec)] });
    await world.controller.waitForReplica('r1', isReady);
    world.controller.close();
    assert.deepEqual(floatsOf(await world.infer({ replica: 'r1', body: four })), [1, 2, 3, 4]);
    const port = Number(world.controller.address.split(':')[1]);
    const next = await startFakeController(port);
    next.order({ revision: 3, replicas: [order('r1', spec)] });
    const report = await next.waitForReplica('r1', isReady);
    assert.equal(report.requests, 1, 'the replica stayed');
    assert.equal(next.hellos[0]?.incarnation, world.controller.hellos[0]?.incarnation);
    next.close();
  });

  it('measures profile and accuracy of a real model', async () => {
    // Time enough for every batch, whatever else the machine does.
    await using world = await startWorld({ profileMs: 2_000 });
    const validationDigest = world.controller.addBlob(digits('validation.npz'));
    const spec = world.spec('mlp-tiny', digits('models/mlp-tiny.onnx'), 8);
    const wish = { spec, hardwareClass: 'cpu/x/avx2/4g', metric: 'top1', validationDigest };
    world.controller.order({ revision: 2, measures: [wish] });
    const measured = await waitFor('a measurement', () => world.controller.measurements[0], 30_000);
    assert.equal(measured.error, '');
    assert.deepEqual(
      measured.profile?.points.map(({ batch }) => batch),
      [1, 2, 4, 8],
    );
    assert.ok(measured.profile.memoryBytes > 1e6);
    assert.equal(measured.accuracy?.samples, 1800, 'the rest calibrates');
    assert.ok(measured.accuracy.value > 0.85 && measured.accuracy.value < 1);
    assert.ok(measured.accuracy.lower95 < measured.accuracy.value);
  });

  it('tells why a model could not be measured', async () => {
    await using world = await startWorld();
    const validationDigest = world.controller.addBlob(Buffer.from('no archive'));
    const spec = world.spec('id', fixture('id-fp32'));
    world.controller.order({ revision: 2, measures: [{ spec, hardwareClass: 'c', metric: 'top1', validationDigest }] });
    const measured = await waitFor('a measurement', () => world.controller.measurements[0], 30_000);
    assert.match(measured.error, /NPZ/);
    assert.equal(measured.profile, null);
  });

  it('answers pings with the load of its replicas', async () => {
    await using world = await startWorld();
    world.controller.order({ revision: 2, replicas: [order('r1', world.spec('id', fixture('id-fp32')))] });
    await world.controller.waitForReplica('r1', isReady);
    const channel = createChannel(world.address);
    const execution = createClient(channel, 'pareto.v1.Execution');
    await assert.rejects(execution.ping({}), { code: 'unauthenticated' });
    const pong = await execution.ping({}, { metadata: tokenMetadata(token) });
    assert.equal(pong.workerId, 'w1');
    assert.equal(pong.draining, false);
    assert.deepEqual(pong.replicas, [
      { replicaId: 'r1', state: 'READY', queuedItems: 0, runningItems: 0, backlogMs: 0 },
    ]);
    channel.close();
  });

  it('finishes what it has when it stops, and says that it drains', async () => {
    const world = await startWorld();
    world.controller.order({ revision: 2, replicas: [order('loop', world.spec('loop', loopModel()), 1)] });
    await world.controller.waitForReplica('loop', isReady);
    const running = [3_000_000, 1, 2].map((value) =>
      world.infer({ replica: 'loop', body: floatRequest([1, 1], [value]) }),
    );
    await world.controller.waitForReplica('loop', ({ runningItems }) => runningItems > 0);
    const stopped = world.group.stop();
    assert.deepEqual((await Promise.all(running)).map(floatsOf), [[3_000_000], [1], [2]]);
    await stopped;
    assert.equal(world.controller.report?.draining, true);
    await world[Symbol.asyncDispose]();
  });

  it('continues the trace of a query down to the executor', async () => {
    await using collector = await createTraceCollector();
    await using world = await startWorld({}, { tracing: { endpoint: collector.endpoint, flushMs: 10 } });
    world.controller.order({ revision: 2, replicas: [order('r1', world.spec('id', fixture('id-fp32')))] });
    await world.controller.waitForReplica('r1', isReady);
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${trace}-b7ad6b7169203331-01`;
    await world.infer({ replica: 'r1', body: four, metadata: { traceparent } });
    const run = await waitFor('spans', () => collector.spans.find(({ name }) => name === 'executor.run'));
    const parent = await waitFor('spans', () => collector.spans.find(({ spanId }) => spanId === run.parentSpanId));
    assert.deepEqual([run.traceId, parent.name, parent.parentSpanId], [trace, 'worker.infer', 'b7ad6b7169203331']);
  });
});
