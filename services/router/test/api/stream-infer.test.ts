import assert from 'node:assert/strict';
import type { DuplexStream, wire } from '@pareto/rpc';
import { waitFor } from '@pareto/testkit';
import { createRoom } from '../../src/api/stream-reading.js';
import { fails } from '../support/fails.js';
import { replyTo, type Received } from '../support/fake-worker.js';
import { cleanUp, startFixture, type Fixture } from '../support/fixture.js';

type Stream = DuplexStream<wire.ModelStreamInferResponse, wire.ModelInferRequestInput>;

const ask = (id: number, fields: wire.ModelInferRequestInput = {}): wire.ModelInferRequestInput => ({
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

/** Its workers answer when they are told to, in whatever order. */
function holdAnswers({ workers }: Fixture): { readonly waiting: Received[]; release(place: number): void } {
  const waiting: Received[] = [];
  const releases: (() => void)[] = [];
  for (const worker of workers) {
    worker.onInfer = (received) =>
      new Promise((resolve) => {
        waiting.push(received);
        releases.push(() => resolve(replyTo(received)));
      });
  }
  return { waiting, release: (place) => releases[place]?.() };
}

describe('ModelStreamInfer', () => {
  afterEach(cleanUp);

  it('answers each message by a decision of its own, until the caller has no more', async () => {
    const { router, workers } = await startFixture();
    const stream = router.protocol.modelStreamInfer();
    await stream.write(ask(0));
    await stream.write(ask(1, { parameters: { min_accuracy: { doubleParam: 0.95 } } }));
    await stream.write(ask(2, { parameters: { triton_enable_empty_final_response: { boolParam: true } } }));
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

  it('says what is wrong with a message, by its id, and goes on', async () => {
    const { router } = await startFixture();
    const stream = router.protocol.modelStreamInfer();
    await stream.write(ask(0, { modelName: 'nope' }));
    await stream.write(ask(1, { parameters: { timeout: { stringParam: '5' } } }));
    await stream.write(ask(2));
    stream.end();
    const answers = await readAll(stream);
    assert.deepEqual(idsOf(answers), ['0', '1', '2']);
    const errors = answers.map(({ errorMessage }) => errorMessage);
    assert.match(errors[0] ?? '', /named 'nope'/);
    assert.match(errors[1] ?? '', /timeout/);
    assert.equal(errors[2], '');
  });

  it('ends with the first error for who wants it so', async () => {
    const { router } = await startFixture();
    const stream = router.protocol.modelStreamInfer({ metadata: { triton_grpc_error: 'true' } });
    await stream.write(ask(0, { modelName: 'nope' }));
    await fails(readAll(stream), 'not-found', /named 'nope'/);
  });

  it('runs messages side by side, and keeps their order', async () => {
    const scene = await startFixture();
    const held = holdAnswers(scene);
    const stream = scene.router.protocol.modelStreamInfer();
    for (const id of [0, 1, 2]) await stream.write(ask(id));
    await waitFor('all three to be asked', () => (held.waiting.length === 3 ? true : undefined));
    for (const place of [2, 1, 0]) held.release(place);
    stream.end();
    assert.deepEqual(idsOf(await readAll(stream)), ['0', '1', '2']);
  });

  it('stops the work when the caller is gone', async () => {
    const scene = await startFixture();
    const held = holdAnswers(scene);
    const caller = new AbortController();
    const stream = scene.router.protocol.modelStreamInfer({ signal: caller.signal });
    await stream.write(ask(0));
    const received = await waitFor('the query', () => held.waiting[0]);
    caller.abort(new Error('enough'));
    await assert.rejects(readAll(stream));
    await waitFor('the work to stop', () => received.call.signal.aborted || undefined);
  });

  it('is ended by a router that shuts down, once what it took is answered', async () => {
    const scene = await startFixture();
    const held = holdAnswers(scene);
    const stream = scene.router.protocol.modelStreamInfer();
    await stream.write(ask(0));
    await waitFor('the query', () => held.waiting[0]);
    const stopped = scene.router.stop();
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

describe('the room of a stream', () => {
  it('is bounded in messages and bytes, but takes any one', async () => {
    const room = createRoom({ messages: 2, bytes: 10 });
    const isFree = (): Promise<boolean> =>
      Promise.race([room.untilFree().then(() => true), new Promise<boolean>((r) => setImmediate(() => r(false)))]);
    room.enter(5);
    assert.equal(await isFree(), true);
    room.enter(1);
    assert.equal(await isFree(), false);
    room.leave(5);
    assert.equal(await isFree(), true);
    room.leave(1);
    room.enter(99);
    assert.equal(await isFree(), false);
    const freed = room.untilFree();
    room.leave(99);
    await freed;
  });
});
