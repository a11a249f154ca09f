import assert from 'node:assert/strict';
import { createChannel, createClient, isNotSent } from '@pareto/rpc';
import { createFastClock, waitFor } from '@pareto/testkit';
import { fails } from './support/fails.js';
import { replyTo } from './support/fake-worker.js';
import { addRouter, cleanUp, startFixture, tiny, untilReady } from './support/fixture.js';

describe('workers', () => {
  afterEach(cleanUp);

  it('are excluded within 2 s when pings fail, and used again when they respond', async () => {
    const clock = createFastClock(1);
    const { router, workers } = await startFixture({ variants: [tiny], workers: [['tiny']], clock });
    const [worker] = workers;
    assert.ok(worker !== undefined);
    const isReady = async (): Promise<boolean> => (await router.protocol.modelReady({ name: 'tiny' })).ready;
    assert.equal(await isReady(), true);
    const untilExcluded = async (what: string): Promise<void> => {
      const since = clock.now();
      await waitFor(`${what} to be excluded`, async () => ((await isReady()) ? undefined : true));
      assert.ok(clock.now() - since <= 2_000, `${what} was excluded after ${clock.now() - since} ms`);
    };
    worker.replicas = [{ replicaId: 'tiny-0', state: 'DRAINING' }];
    await untilExcluded('the replica');
    const held = router.infer();
    worker.replicas = [{ replicaId: 'tiny-0', state: 'READY' }];
    await held;
    assert.equal(await isReady(), true);
    worker.kill();
    await untilExcluded('the worker');
  });
});

describe('a worker that hangs', () => {
  afterEach(cleanUp);

  it('loses its queries to another worker within seconds', async () => {
    const { router, workers } = await startFixture({ variants: [tiny], workers: [['tiny'], ['tiny']] });
    const [first, second] = workers;
    assert.ok(first && second);
    const stall = (): Promise<never> => new Promise(() => undefined);
    first.onInfer = stall;
    const answers = Array.from({ length: 6 }, () => router.infer());
    await waitFor('a query to arrive', () => first.received[0]);
    first.onPing = stall;
    for (const answer of answers) assert.equal((await answer).trailers.get('pareto-variant'), 'tiny:original');
    assert.ok(second.received.length >= 6);
  });
});

describe('Explain, WhatIf and Infer', () => {
  afterEach(cleanUp);

  it('explain a decision, on any router', async () => {
    const { router, controller } = await startFixture();
    const other = await addRouter(controller);
    await untilReady(other);
    const reply = await router.infer({ parameters: { min_accuracy: 0.95 } });
    const decisionId = reply.trailers.get('pareto-decision-id') ?? '';
    await controller.change([
      { key: 'router/1', router: { routerId: router.routerId, address: router.address } },
      { key: 'router/2', router: { routerId: 'router-gone', address: other.address } },
    ]);
    const forged = { 'pareto-internal-token': 'forged', 'pareto-internal-forwarded': '1' };
    for (const each of [router, other]) {
      const explained = await waitFor('an explanation', () =>
        each.inference.explain({ decisionId }, { metadata: forged }).catch(() => undefined),
      );
      assert.equal(explained.outcome, 'chosen');
      assert.equal(explained.target, 'digits');
      assert.equal(explained.worker, 'w0');
      assert.equal(explained.objective?.minAccuracy, 0.95);
      assert.deepEqual(explained.verdicts, { eligible: 1, 'below-accuracy': 1 });
      assert.deepEqual(
        explained.candidates.map(({ variant, verdict }) => [variant, verdict]),
        [
          ['large:original', 'chosen'],
          ['tiny:original', 'below-accuracy'],
        ],
      );
      assert.ok((explained.candidates[0]?.slackMs ?? 0) > 900);
    }
    await fails(router.inference.explain({ decisionId: `${router.routerId}.999` }), 'not-found', /is not in the log/);
    const [prefix = '', seq = '', nonce = ''] = decisionId.split('.');
    assert.match(nonce, /^[0-9a-f]{16}$/);
    for (const guess of [`${prefix}.${seq}`, `${prefix}.${seq}.${'0'.repeat(16)}`, `${prefix}.998.${nonce}`]) {
      for (const each of [router, other]) {
        const unknown = `decision ${guess} is not in the log: it was overwritten or never made`;
        await fails(each.inference.explain({ decisionId: guess }), 'not-found', new RegExp(`^${unknown}$`));
      }
    }
    await fails(router.inference.explain({ decisionId: 'router-gone.1' }), 'not-found', /is no longer running/);
    await fails(router.inference.explain({ decisionId: 'nonsense' }), 'invalid-argument', /is not valid/);
  });

  it('report whether an objective is feasible', async () => {
    const { router } = await startFixture({ workers: [['tiny']] });
    const warm = await router.inference.whatIf({ target: 'digits', objective: { latencyMs: 100 } });
    assert.deepEqual([warm.feasible, warm.warm, warm.candidates[0]?.variant], [true, true, 'tiny:original']);
    const cold = await router.inference.whatIf({ target: 'digits', objective: { minAccuracy: 0.95 } });
    assert.deepEqual([cold.feasible, cold.warm, cold.candidates[0]?.variant], [true, false, 'large:original']);
    assert.deepEqual([cold.candidates[0]?.verdict, cold.candidates[0]?.predictedMs], ['cold', 21]);
    const more = await router.inference.whatIf({ target: 'digits', objective: { minAccuracy: 0.999 } });
    const { verdict, predictedMs, slackMs } = more.nearestBy ?? {};
    assert.deepEqual([verdict, predictedMs, slackMs], ['cold', 21, 979]);
    const never = await router.inference.whatIf({ target: 'digits', objective: { minAccuracy: 0.95, latencyMs: 5 } });
    assert.equal(never.feasible, false);
    // Twice the error is nearer than four times the latency.
    assert.equal(never.nearestBy?.variant, 'tiny:original');
    assert.equal(never.nearest?.minAccuracy, 0.9);
    assert.equal(never.nearest.latencyMs, 5);
    assert.match(never.reason, /no variant of task 'digits' can meet 5 ms/);
  });

  it('answer a typed query', async () => {
    const { router } = await startFixture();
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], contents: Buffer.alloc(8) }];
    const answer = await router.inference.infer({
      target: 'digits',
      objective: { minAccuracy: 0.95 },
      inputs,
      id: 'q',
    });
    assert.equal(answer.variant, 'large:original');
    assert.equal(answer.accuracy?.value, 0.99);
    assert.equal(answer.costUsd, 0.001);
    assert.equal(answer.id, 'q');
    assert.ok(answer.latencyMs > 0);
    assert.ok(answer.decisionId.startsWith(`${router.routerId}.`));
    assert.deepEqual(answer.outputs, [{ name: 'y', datatype: 'FP32', shape: [1, 2], contents: Buffer.alloc(8) }]);
    const wrong = [{ name: 'x', datatype: 'FLOAT', shape: [1, 2], contents: Buffer.alloc(8) }];
    await fails(
      router.inference.infer({ target: 'digits', inputs: wrong }),
      'invalid-argument',
      /input 'x' has datatype "FLOAT"/,
    );
  });
});

describe('the protocol', () => {
  afterEach(cleanUp);

  it('answers its health and metadata calls', async () => {
    const { router } = await startFixture();
    assert.deepEqual(await router.protocol.serverLive({}), { live: true });
    assert.equal((await router.protocol.serverMetadata({})).name, 'pareto');
    assert.deepEqual(await router.protocol.modelReady({ name: 'digits' }), { ready: true });
    const metadata = await router.protocol.modelMetadata({ name: 'large' });
    assert.deepEqual(metadata.versions, ['1']);
    assert.deepEqual(metadata.inputs, [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }]);
    await fails(router.protocol.modelMetadata({ name: 'nothing' }), 'not-found', /nothing/);
  });
});

describe('draining', () => {
  afterEach(cleanUp);

  it('comes after the time of a lame duck, in which the router is not ready, and answers calls of old and new clients', async () => {
    const { router } = await startFixture({ config: { lameDuckMs: 1_500 } });
    const patient = { parameters: { latency_ms: 30_000 } };
    await router.infer(patient);
    const stopped = router.stop();
    assert.equal(await router.readyz(), 'leaving\n');
    const channel = createChannel(router.address);
    const other = createClient(channel, 'inference.GRPCInferenceService');
    assert.deepEqual(await other.serverReady({}), { ready: false });
    await router.infer(patient);
    assert.equal((await other.modelMetadata({ name: 'tiny' })).name, 'tiny');
    const answer = await fetch(`${router.url}/v2/models/tiny`);
    assert.deepEqual([answer.status, answer.headers.get('connection')], [200, 'close']);
    assert.equal((await fetch(`${router.url}/v2/health/ready`)).status, 503);
    channel.close();
    await stopped;
    await assert.rejects(fetch(`${router.url}/v2`));
  });

  it('completes the calls in flight and those on open connections', async () => {
    const { router, controller, workers } = await startFixture();
    const other = await addRouter(controller);
    await untilReady(other);
    const [worker] = workers;
    assert.ok(worker !== undefined);
    // The load of 100 clients and a slow machine must not make the objective infeasible.
    const patient = { parameters: { latency_ms: 30_000 } };
    // Retries as gRPC clients do by themselves.
    const infer = () =>
      router.infer(patient).catch((error: unknown) => {
        if (isNotSent(error)) return other.infer(patient);
        throw error;
      });
    let isStopped = false;
    let answered = 0;
    const clients = Array.from({ length: 100 }, async () => {
      for (; !isStopped; answered += 1) await infer();
    });
    await waitFor('answers', () => (answered > 200 ? true : undefined));
    worker.onInfer = (received) => new Promise((resolve) => setTimeout(() => resolve(replyTo(received)), 300));
    await router.stop();
    isStopped = true;
    await Promise.all(clients);
  });

  it('rejects held queries', async () => {
    const { router, controller } = await startFixture({ workers: [['tiny']] });
    const held = fails(router.infer({ parameters: { min_accuracy: 0.95 } }), 'unavailable', /shutting down/);
    await waitFor('the hold', () => controller.demand.find((entry) => entry.held > 0));
    await router.stop();
    await held;
  });
});
