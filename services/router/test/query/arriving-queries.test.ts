// Queries that are decided, and sent to a worker, before the rest of their last tensor arrives.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import fc from 'fast-check';
import { joinFrames, streamWindowBytes } from '@pareto/rpc';
import { createFastClock, createTcpProxy, waitFor } from '@pareto/testkit';
import { cleanUp, startFixture, tiny, untilReady, type Fixture } from '../support/fixture.js';
import { replicaRow } from '../support/rows.js';
import { requestOf, type InferQuery } from '../support/test-router.js';

const kib = 1024;
/** Slows the router's clock, so that no pause of the test makes a query late. */
const clock = createFastClock(0.02);
const relaxed = { latency_ms: 60_000 };

/** Returns a message in its frame. */
function framed(query: InferQuery): Buffer {
  const message = requestOf({ parameters: relaxed, ...query });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

interface Upload {
  readonly stream: ClientHttp2Stream;
  /** Resolves with the status, the message, and the error code of HTTP/2. */
  readonly end: Promise<readonly [status: string, message: string, rstCode: number | undefined]>;
}

describe('queries that arrive while they are forwarded', function () {
  this.timeout(60_000);
  const sessions: ClientHttp2Session[] = [];
  afterEach(async () => {
    for (const session of sessions.splice(0)) session.destroy();
    await cleanUp();
  });

  function upload({ address }: { readonly address: string }): Upload {
    const session = connect(`http://${address}`);
    sessions.push(session);
    const stream = session.request({
      ...{ ':method': 'POST', 'content-type': 'application/grpc' },
      ':path': '/inference.GRPCInferenceService/ModelInfer',
    });
    stream.on('error', () => undefined);
    let fields: IncomingHttpHeaders = {};
    const read = (headers: IncomingHttpHeaders): void => void (fields = { ...fields, ...headers });
    stream.on('response', read);
    stream.on('trailers', read);
    const end = once(stream.resume(), 'close').then(
      () => [String(fields['grpc-status']), decodeURI(String(fields['grpc-message'])), stream.rstCode] as const,
    );
    return { stream, end };
  }
  /** Waits until a worker has so many bytes, which it has not answered. Returns its index. */
  const worker = ({ workers }: Fixture, bytes: number): Promise<number> =>
    waitFor('the bytes at a worker', () => {
      const index = workers.findIndex(({ link }) => link.bytes.up > bytes);
      return index < 0 ? undefined : index;
    });

  it('reach the worker before their end', async () => {
    const fixture = await startFixture({ variants: [tiny], workers: [['tiny']], clock });
    const bytes = framed({ bytes: 300 * kib });
    const { stream, end } = upload(fixture.router);
    stream.write(bytes.subarray(0, 150 * kib));
    await worker(fixture, 150 * kib);
    const received = fixture.workers[0]?.received ?? [];
    assert.equal(received.length, 0);
    stream.end(bytes.subarray(150 * kib));
    assert.deepEqual((await end).slice(0, 1), ['0']);
    assert.ok(joinFrames(received[0]?.payload.frames ?? []).equals(bytes.subarray(5)));
  });

  it('are rejected before their end', async () => {
    const fixture = await startFixture({ variants: [tiny], workers: [['tiny']], clock });
    for (const [query, status, text] of [
      [{ model: 'letters' }, '5', /is named 'letters'/],
      [{ parameters: { min_accuracy: 0.99 } }, '9', /accuracy/],
      [{ parameters: { latency_m: 5 } }, '3', /did you mean/],
    ] as const) {
      const { stream, end } = upload(fixture.router);
      stream.write(framed({ ...query, bytes: 300 * kib }).subarray(0, 100 * kib));
      const [received, message, rstCode] = await end;
      assert.deepEqual([received, rstCode], [status, 0], message);
      assert.match(message, text);
    }
    assert.equal(fixture.workers[0]?.received.length, 0);
  });

  it('get no larger window while they are held', async () => {
    const fixture = await startFixture({ variants: [tiny], workers: [[]], clock });
    const { controller, router, workers } = fixture;
    const bytes = framed({ bytes: 3 * streamWindowBytes });
    await using link = await createTcpProxy({ to: router.address });
    const { stream, end } = upload(link);
    stream.end(bytes);
    await waitFor('the hold', async () => /^pareto_held_requests.* 1$/m.test(await router.metrics()) || undefined);
    await waitFor('a full window', () => link.bytes.up > streamWindowBytes || undefined);
    await untilReady(router);
    assert.ok(link.bytes.up < streamWindowBytes + 16 * kib, `${link.bytes.up} bytes have arrived`);
    const [first] = workers;
    assert.ok(first);
    Object.assign(first, { replicas: [{ replicaId: 'tiny-0', state: 'READY' }] });
    await controller.change([replicaRow({ id: 'tiny-0', of: 'tiny', worker: 'w0', address: first.address })]);
    assert.deepEqual((await end).slice(0, 1), ['0']);
    assert.ok(joinFrames(first.received[0]?.payload.frames ?? []).equals(bytes.subarray(5)));
  });

  it('are cancelled at the worker with their client', async () => {
    const fixture = await startFixture({ variants: [tiny], workers: [['tiny']], clock });
    const { stream } = upload(fixture.router);
    stream.write(framed({ bytes: 300 * kib }).subarray(0, 100 * kib));
    await worker(fixture, 90 * kib);
    stream.close(8);
    const [, outcome] = await waitFor('the end', async () =>
      /^pareto_requests_total\{[^}]*code="([a-z]+)"/m.exec(await fixture.router.metrics()),
    ).then((found) => found ?? []);
    assert.equal(outcome, 'cancelled');
    assert.equal(fixture.workers[0]?.received.length, 0);
  });

  it('are sent to another worker if theirs is lost before their end, whatever their size', async () => {
    const fixture = await startFixture({ variants: [tiny], workers: [['tiny'], ['tiny']], clock });
    const bytes = framed({ bytes: 600 * kib });
    const { stream, end } = upload(fixture.router);
    stream.write(bytes.subarray(0, 300 * kib));
    const index = await worker(fixture, 290 * kib);
    fixture.workers[index]?.kill();
    await waitFor('the bytes at the other worker', () =>
      (fixture.workers[1 - index]?.link.bytes.up ?? 0) > 290 * kib ? true : undefined,
    );
    stream.end(bytes.subarray(300 * kib));
    assert.deepEqual((await end).slice(0, 1), ['0']);
    const [received] = fixture.workers[1 - index]?.received ?? [];
    assert.ok(received && joinFrames(received.payload.frames).equals(bytes.subarray(5)));
  });

  it('are withdrawn from the worker if they arrive slowly, and decided again when they are whole', async () => {
    const fixture = await startFixture({ variants: [tiny], workers: [['tiny']], clock: createFastClock(4) });
    const { router, workers } = fixture;
    const bytes = framed({ bytes: 300 * kib });
    const { stream, end } = upload(fixture.router);
    stream.write(bytes.subarray(0, 100 * kib));
    await worker(fixture, 90 * kib);
    const chosen = async (): Promise<string | undefined> =>
      /^pareto_decisions_total\{[^}]*outcome="chosen"[^}]*\} (\d+)$/m.exec(await router.metrics())?.[1];
    assert.equal(await chosen(), '1');
    await waitFor('the reset', async () => {
      await router.infer({ parameters: relaxed });
      return Number(await chosen()) > 20 || undefined;
    });
    const before = workers[0]?.received.length ?? 0;
    stream.end(bytes.subarray(100 * kib));
    assert.deepEqual((await end).slice(0, 1), ['0']);
    const last = workers[0]?.received[before];
    assert.ok(last && joinFrames(last.payload.frames).equals(bytes.subarray(5)));
  });

  it('have the same bytes, in whatever parts they arrive', async () => {
    const fixture = await startFixture({ variants: [tiny], workers: [['tiny']], clock });
    const [first] = fixture.workers;
    assert.ok(first);
    const parts = fc.array(fc.integer({ min: 1, max: 100 * kib }), { minLength: 1, maxLength: 8 });
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 400 * kib }), parts, async (size, sizes) => {
        const bytes = framed({ bytes: size });
        const { stream, end } = upload(fixture.router);
        for (let at = 0, part = 0; at < bytes.length; part++) {
          const next = at + (sizes[part % sizes.length] ?? 1);
          stream.write(bytes.subarray(at, next));
          at = next;
          await turn();
        }
        stream.end();
        assert.deepEqual((await end).slice(0, 1), ['0']);
        const received = first.received.at(-1);
        assert.ok(received && joinFrames(received.payload.frames).equals(bytes.subarray(5)));
      }),
      { seed: 18, numRuns: 30 },
    );
    await untilReady(fixture.router);
  });
});
