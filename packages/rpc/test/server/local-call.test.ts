import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import {
  createChannel,
  createLimiter,
  createRawCaller,
  createServer,
  encodeInferRequest,
  isNotSent,
  limitError,
  payloadOf,
  rawUnary,
  scanInferRequest,
  type CallOptions,
  type RawCaller,
  type RpcServer,
  type ServerCall,
} from '../../src/index.js';
import { rawCaller } from '../../src/client/client.js';

const path = '/inference.GRPCInferenceService/ModelInfer';

const handlers: Readonly<Record<string, (call: ServerCall) => Promise<Buffer>>> = {
  answer: async (call) => {
    call.setTrailer('pareto-note', `${call.metadata.get('x-who')} ✓`);
    return Buffer.from(call.remainingMs() === undefined ? 'no deadline' : 'a deadline');
  },
  refuse: async (call) => {
    call.setTrailer('pareto-load', 'high');
    throw new ParetoError('unavailable', 'the replica is gone', { details: { 'pareto-not-executed': '1' } });
  },
  limit: async () => {
    throw limitError('replicaQueue', 'resource-exhausted', 'the queue is full');
  },
  long: async () => {
    throw new ParetoError('not-found', 'n'.repeat(5_000));
  },
  bug: async () => {
    throw new TypeError('secret detail');
  },
  large: async () => Buffer.alloc(2_000),
};

const request = (modelName: string): Buffer => encodeInferRequest({ modelName, inputs: [] });

describe('a call within the process', () => {
  let server: RpcServer;
  let callers: Readonly<Record<'local' | 'remote', RawCaller>>;
  let close: () => void;
  const logged: unknown[] = [];
  const reached: string[] = [];

  beforeEach(async () => {
    const limiter = createLimiter({ limits: { messageBytes: 1_500 }, onReached: (limit) => reached.push(limit) });
    server = createServer({ limiter, onError: (_method, error) => logged.push(error) });
    const modelInfer = rawUnary(async (request, call) => {
      const handle = handlers[scanInferRequest(request).modelName] ?? (() => assert.fail());
      return payloadOf(await handle(call));
    });
    server.add('inference.GRPCInferenceService', { modelInfer });
    const channel = createChannel(`127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
    callers = { local: rawCaller(server.localCall(path)), remote: createRawCaller(channel, path) };
    close = () => {
      channel.close();
      server.close();
    };
    logged.length = 0;
    reached.length = 0;
  });
  afterEach(() => close());

  /** Returns the outcome of a call of both kinds, which must be the same but for the content of some texts. */
  async function outcomeOf(name: string, options: CallOptions = {}): Promise<unknown> {
    const outcomes = [];
    for (const call of [callers.local, callers.remote]) {
      outcomes.push(
        await call(request(name), { metadata: { 'x-who': 'router' }, ...options }).then(
          ({ body, trailers }) => [body.toString(), trailers.get('pareto-note')],
          (error: unknown) => {
            assert.ok(error instanceof ParetoError);
            const { code, message, details } = error;
            return { code, message, details: pick(details, 'pareto'), isNotSent: isNotSent(error) };
          },
        ),
      );
    }
    assert.deepEqual(outcomes[0], outcomes[1]);
    return outcomes[0];
  }

  it('returns the reply and the trailers', async () => {
    assert.deepEqual(await outcomeOf('answer'), ['no deadline', 'router ?']);
    assert.deepEqual(await outcomeOf('answer', { timeoutMs: 5_000 }), ['a deadline', 'router ?']);
  });

  it('fails with the code, the text and all trailers of an error', async () => {
    assert.deepEqual(await outcomeOf('refuse'), {
      ...{ code: 'unavailable', message: 'the replica is gone', isNotSent: false },
      details: { 'pareto-load': 'high', 'pareto-not-executed': '1' },
    });
    await outcomeOf('long');
  });

  it('logs a defect, but does not return its text', async () => {
    const { message } = (await outcomeOf('bug')) as Error;
    assert.ok(!message.includes('secret'));
    assert.deepEqual(logged.map(String), ['TypeError: secret detail', 'TypeError: secret detail']);
  });

  it('counts a limit once, not again where the error is passed on', async () => {
    await outcomeOf('limit');
    assert.deepEqual(reached, ['replica-queue', 'replica-queue']);
    const error: unknown = await callers.local(request('limit')).catch((caught: unknown) => caught);
    const passed: string[] = [];
    createLimiter({ onReached: (limit) => passed.push(limit) }).count(error);
    assert.deepEqual(passed, []);
  });

  it('rejects a reply over the limit of messages', async () => {
    await assert.rejects(callers.local(request('large')), { code: 'resource-exhausted' });
  });
});

describe('the end of a call within the process', () => {
  const clock = createManualClock();
  let last: ServerCall | undefined;
  const server = createServer({ clock });
  server.add('inference.GRPCInferenceService', {
    modelInfer: rawUnary((_request, call) => {
      last = call;
      return new Promise(() => undefined);
    }),
  });
  const call = rawCaller(server.localCall(path));

  it('comes with the deadline', async () => {
    const ended = call(Buffer.alloc(0), { timeoutMs: 100 });
    await clock.advance(99);
    assert.deepEqual([last?.cancellation.aborted, last?.remainingMs()], [false, 1]);
    await Promise.all([assert.rejects(ended, { code: 'deadline-exceeded' }), clock.advance(1)]);
    assert.ok(last?.cancellation.aborted === true && last.signal.aborted);
  });

  it('comes with the signal of the caller', async () => {
    const caller = new AbortController();
    const ended = call(Buffer.alloc(0), { signal: caller.signal });
    const reason = new ParetoError('cancelled', 'gone');
    caller.abort(reason);
    await assert.rejects(ended, reason);
    assert.equal((last?.cancellation.reason as ParetoError | undefined)?.code, 'cancelled');
    last = undefined;
    await assert.rejects(call(Buffer.alloc(0), { signal: caller.signal }), reason);
    assert.equal(last, undefined, 'an aborted call does not begin');
  });

  it('is an error of the programmer for a method that the server does not have', () => {
    assert.throws(() => server.localCall('/x/y'), /no unary method/);
  });
});

const pick = (details: Readonly<Record<string, string>>, prefix: string): Record<string, string> =>
  Object.fromEntries(Object.entries(details).filter(([name]) => name.startsWith(prefix)));
