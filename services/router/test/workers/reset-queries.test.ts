import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants, createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@pareto/testkit';
import { fails } from '../support/fails.js';
import { tableOf } from '../support/rows.js';
import { addController, addRouter, cleanUp, startFixture, tiny, untilReady } from '../support/fixture.js';
import type { TestRouter } from '../support/test-router.js';

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

/** Returns the number of replicas that the router calls, unless it has lost a worker. */
async function callableReplicas(router: TestRouter): Promise<string | undefined> {
  const metrics = await router.metrics();
  assert.doesNotMatch(metrics, /^pareto_workers_lost_total\{[^}]*\} [1-9]/m);
  return /^pareto_callable_replicas(?:\{.*\})? (\d+)$/m.exec(metrics)?.[1];
}

/** Starts a worker that answers pings, and resets every query. */
async function startResettingWorker(
  replica: string,
): Promise<{ readonly server: Http2Server; readonly address: string }> {
  const load = Buffer.concat([Buffer.from([0x0a, replica.length]), Buffer.from(replica), Buffer.from([0x10, 3])]);
  const response = Buffer.concat([Buffer.from([0x0a, 1, 0x77, 0x22, load.length]), load]);
  const server = createServer().on('stream', (stream, { ':path': path }) => {
    stream.on('error', () => undefined).resume();
    if (path === '/inference.GRPCInferenceService/ModelInfer') return stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, response.length]), response]));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('a query', () => {
  afterEach(cleanUp);

  it('carries its trace context to the worker only if that is valid', async () => {
    const { router, workers } = await startFixture({ variants: [tiny], workers: [['tiny'], ['tiny']] });
    const sent = [
      '',
      'a'.repeat(64_600),
      `${traceparent}-${'c'.repeat(64_000)}`,
      `01${traceparent.slice(2)}-${'d'.repeat(64_000)}`,
    ];
    for (const value of [...sent, traceparent]) await router.infer({}, { metadata: { traceparent: value } });
    const received = workers.flatMap((worker) => worker.received.map(({ call }) => call.traceparent));
    assert.deepEqual(new Set(received), new Set([undefined, traceparent]));
    assert.equal(await callableReplicas(router), '2');
  });

  it('that workers reset is no evidence against them', async () => {
    const replicas = [];
    for (const worker of ['w0', 'w1']) {
      const { server, address } = await startResettingWorker(worker);
      after(() => void server.close());
      replicas.push({ id: worker, of: 'tiny', worker, address });
    }
    const router = await addRouter(await addController(tableOf([tiny], replicas)));
    await untilReady(router);
    await waitFor('both replicas', async () => ((await callableReplicas(router)) === '2' ? true : undefined));
    for (let query = 0; query < 20; query++) {
      await fails(
        router.infer(),
        'unavailable',
        /^the worker failed while it ran this request of \d+ bytes; retry the request$/,
      );
      assert.equal(await callableReplicas(router), '2');
    }
  });
});
