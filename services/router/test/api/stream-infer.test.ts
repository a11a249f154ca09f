import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import type { DuplexStream } from '@pareto/rpc';
import { waitFor } from '@pareto/testkit';
import { createReadWindow } from '../../src/api/stream-reading.js';
import { fails } from '../support/fails.js';
import { replyTo, type Received } from '../support/fake-worker.js';
import { cleanUp, startFixture, type Fixture } from '../support/fixture.js';

type Stream = DuplexStream<wire.ModelStreamInferResponse, wire.ModelInferRequestInput>;

const queryOf = (id: number, fields: wire.ModelInferRequestInput = {}): wire.ModelInferRequestInput => ({
  modelName: 'digits',
  id: String(id),
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2] }],
  rawInputContents: [Buffer.alloc(8)],
  ...fields,
});

async function readAll(stream: Stream): Promise<readonly wire.ModelStreamInferResponse[]> {
  const all: wire.ModelStreamInferResponse[] = [];
  for await (const message of stream) all.push(message);
  return all;
}

const idsOf = (messages: readonly wire.ModelStreamInferResponse[]): readonly (string | undefined)[] =>
  messages.map(({ inferResponse }) => inferResponse?.id);

/** Makes the workers hold each answer until `release` is called with its index. */
function holdAnswers({ workers }: Fixture): { readonly waiting: Received[]; release(index: number): void } {
  const waiting: Received[] = [];
  const releases: (() => void)[] = [];
  for (const worker of workers) {
    worker.onInfer = (received) =>
      new Promise((resolve) => {
        waiting.push(received);
        releases.push(() => resolve(replyTo(received)));
      });
  }
  return { waiting, release: (index) => releases[index]?.() };
}

describe('ModelStreamInfer', () => {
  afterEach(cleanUp);

  it('decides and answers each message separately', async () => {
    const { router, workers } = await startFixture();
    const stream = router.protocol.modelStreamInfer();
    await stream.write(queryOf(0));
    await stream.write(queryOf(1, { parameters: { min_accuracy: { doubleParam: 0.95 } } }));
    await stream.write(queryOf(2, { parameters: { triton_enable_empty_final_response: { boolParam: true } } }));
    stream.end();
    const answers = await readAll(stream);
    assert.deepEqual(idsOf(answers), ['0', '1', '2']);
    for (const { errorMessage, inferResponse } of answers) {
      assert.equal(errorMessage, '');
      assert.equal(inferResponse?.parameters['triton_final_response']?.boolParam, true);
      assert.equal(inferResponse.rawOutputContents.length, 1);
    }
    const variants = answers.map(({ inferResponse }) => inferResponse?.parameters['pareto_variant']?.stringParam);
    assert.deepEqual(variants, ['tiny:original', 'large:original', 'tiny:original']);
    const decisions = workers.flatMap(({ received }) => received.map(({ decision }) => decision.decisionId));
    assert.equal(new Set(decisions).size, 3);
  });

  it('answers an invalid message with an error and continues', async () => {
    const { router } = await startFixture();
    const stream = router.protocol.modelStreamInfer();
    await stream.write(queryOf(0, { modelName: 'nope' }));
    await stream.write(queryOf(1, { parameters: { timeout: { stringParam: '5' } } }));
    await stream.write(queryOf(2));
    stream.end();
    const answers = await readAll(stream);
    assert.deepEqual(idsOf(answers), ['0', '1', '2']);
    const errors = answers.map(({ errorMessage }) => errorMessage);
    assert.match(errors[0] ?? '', /named 'nope'/);
    assert.match(errors[1] ?? '', /timeout/);
    assert.equal(errors[2], '');
  });

  it('answers misspelt objectives with errors', async () => {
    const { router } = await startFixture();
    for (const [parameters, metadata] of [
      [{ latencyms: { int64Param: 50 } }, {}],
      [{}, { 'x-pareto-latencyms': '50' }],
    ] as const) {
      const stream = router.protocol.modelStreamInfer({ metadata });
      await stream.write(queryOf(0, { parameters }));
      stream.end();
      const [answer] = await readAll(stream);
      assert.match(answer?.errorMessage ?? '', /latencyms is unknown: did you mean (x-pareto-latency-ms|latency_ms)\?/);
    }
  });

  it('ends with the first error if the caller requests it', async () => {
    const { router } = await startFixture();
    const stream = router.protocol.modelStreamInfer({ metadata: { triton_grpc_error: 'true' } });
    await stream.write(queryOf(0, { modelName: 'nope' }));
    await fails(readAll(stream), 'not-found', /named 'nope'/);
  });

  it('runs messages concurrently, and keeps their order', async () => {
    const fixture = await startFixture();
    const held = holdAnswers(fixture);
    const stream = fixture.router.protocol.modelStreamInfer();
    for (const id of [0, 1, 2]) await stream.write(queryOf(id));
    await waitFor('all three queries', () => (held.waiting.length === 3 ? true : undefined));
    for (const index of [2, 1, 0]) held.release(index);
    stream.end();
    assert.deepEqual(idsOf(await readAll(stream)), ['0', '1', '2']);
  });

  it('cancels the queries when the caller disconnects', async () => {
    const fixture = await startFixture();
    const held = holdAnswers(fixture);
    const caller = new AbortController();
    const stream = fixture.router.protocol.modelStreamInfer({ signal: caller.signal });
    await stream.write(queryOf(0));
    const received = await waitFor('the query', () => held.waiting[0]);
    caller.abort(new Error('enough'));
    await assert.rejects(readAll(stream));
    await waitFor('the work to stop', () => received.call.cancellation.aborted || undefined);
  });

  it('answers the received messages and ends when the router shuts down', async () => {
    const fixture = await startFixture();
    const held = holdAnswers(fixture);
    const stream = fixture.router.protocol.modelStreamInfer();
    await stream.write(queryOf(0));
    await waitFor('the query', () => held.waiting[0]);
    const stopped = fixture.router.stop();
    held.release(0);
    const answers: wire.ModelStreamInferResponse[] = [];
    const read = (async () => {
      for await (const message of stream) answers.push(message);
    })();
    await fails(read, 'unavailable', /shutting down/);
    assert.deepEqual(idsOf(answers), ['0']);
    await stopped;
  });
});

describe('the read window of a stream', () => {
  it('limits messages and bytes, but accepts one message of any size', async () => {
    const window = createReadWindow({ messages: 2, bytes: 10 });
    const isFree = (): Promise<boolean> =>
      Promise.race([window.untilFree().then(() => true), new Promise<boolean>((r) => setImmediate(() => r(false)))]);
    window.enter(5);
    assert.equal(await isFree(), true);
    window.enter(1);
    assert.equal(await isFree(), false);
    window.leave(5);
    assert.equal(await isFree(), true);
    window.leave(1);
    window.enter(99);
    assert.equal(await isFree(), false);
    const freed = window.untilFree();
    window.leave(99);
    await freed;
  });
});
