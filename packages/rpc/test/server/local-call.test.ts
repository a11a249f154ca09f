import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { createManualClock } from '@pareto/testkit';
import {
  decisionKey,
  encodeDecision,
  encodeInferRequest,
  joinSlices,
  limitError,
  loadKey,
  parseLoad,
  payloadOf,
  scanInferRequest,
  type ReplyLoad,
} from '@pareto/protocol';
import {
  createFrameChannel,
  createLimiter,
  createServer,
  isNotSent,
  rawUnary,
  ReceivedQuery,
  type LocalInfer,
  type RoutedHandler,
  type RoutedCall,
  type RoutedQuery,
  type RoutedReply,
  type RpcServer,
} from '../../src/index.js';

const path = '/inference.GRPCInferenceService/ModelInfer';

const load: ReplyLoad = {
  load: { queuedItems: 3, runningItems: 1, backlogMs: 2.5, itemMs: 0.5, typical: 1, slow: 1.5, interfered: false },
  tookMs: 7,
};

const handlers: Readonly<Record<string, (call: RoutedCall) => Promise<Buffer>>> = {
  answer: async (call) => {
    const { decision, traceparent } = call;
    call.setTrailer('pareto-note', `${decision.replica} ${traceparent} ✓`);
    call.setLoad(load.load, load.tookMs);
    return Buffer.from(call.remainingMs() === undefined ? 'no deadline' : 'a deadline');
  },
  refuse: async (call) => {
    call.setTrailer('pareto-state', 'gone');
    call.setLoad(load.load, load.tookMs);
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

const handle = async (call: RoutedCall): Promise<ReturnType<typeof payloadOf>> =>
  payloadOf(await (handlers[call.request().modelName] ?? (() => assert.fail()))(call));

const handleLocally: RoutedHandler = (call, receiver) => {
  void handle(call).then(
    (reply) => receiver.succeed(reply),
    (error: unknown) => receiver.fail(error),
  );
};

function queryOf(modelName: string, fields: Partial<RoutedQuery> = {}): RoutedQuery {
  const payload = payloadOf(encodeInferRequest({ modelName, inputs: [] }));
  const decision = {
    ...{ decisionId: 'r.1', replica: 'tiny-0', variant: 'tiny:original', accuracy: 0.9, costPer1k: 0.02 },
    ...{ coldStart: false, degraded: false, latencyLeftMs: 100 },
  };
  const request = scanInferRequest(payload);
  return { payload, request, decision, traceparent: undefined, timeoutMs: undefined, ...fields };
}

type Caller = (query: RoutedQuery) => Promise<RoutedReply>;

const callerOf =
  (infer: LocalInfer): Caller =>
  (query) =>
    new Promise((resolve, reject) => {
      infer(query, (outcome) => (outcome instanceof ParetoError ? reject(outcome) : resolve(outcome)));
    });

describe('a call within the process', () => {
  let server: RpcServer;
  let callers: Readonly<Record<'local' | 'remote', Caller>>;
  let close: () => void;
  const logged: unknown[] = [];
  const reached: string[] = [];

  beforeEach(async () => {
    const limiter = createLimiter({ limits: { messageBytes: 1_500 }, onReached: (limit) => reached.push(limit) });
    server = createServer({ limiter, onError: (_method, error) => logged.push(error) });
    const modelInfer = rawUnary((payload, call) => handle(new ReceivedQuery(payload, call)));
    server.add('inference.GRPCInferenceService', { modelInfer });
    const channel = createFrameChannel(`127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
    const send = channel.payloadCall(path);
    const remote: LocalInfer = ({ payload, decision, traceparent, timeoutMs }, done) => {
      const metadata = { [decisionKey]: encodeDecision(decision, 1), ...(traceparent && { traceparent }) };
      return send(payload, { metadata, timeoutMs }, done);
    };
    callers = { local: callerOf(server.localInfer(path, handleLocally)), remote: callerOf(remote) };
    close = () => {
      channel.close();
      server.close();
    };
    logged.length = 0;
    reached.length = 0;
  });
  afterEach(() => close());

  /** Returns the outcome of a call of both kinds, which must be the same but for the form of the load. */
  async function outcomeOf(name: string, fields: Partial<RoutedQuery> = {}): Promise<unknown> {
    const outcomes = [];
    for (const call of [callers.local, callers.remote]) {
      outcomes.push(
        await call(queryOf(name, fields)).then(
          ({ payload, trailers, load = parseLoad(trailers.get(loadKey)) }) => {
            return [joinSlices(payload.slices).toString(), trailers.get('pareto-note'), load];
          },
          (error: unknown) => {
            assert.ok(error instanceof ParetoError);
            const { code, message, details } = error;
            const own = { details: pick(details, 'pareto'), load: parseLoad(details[loadKey]) };
            return { code, message, ...own, isNotSent: isNotSent(error) };
          },
        ),
      );
    }
    assert.deepEqual(outcomes[0], outcomes[1]);
    return outcomes[0];
  }

  it('returns the reply, the trailers and the load', async () => {
    assert.deepEqual(await outcomeOf('answer'), ['no deadline', 'tiny-0 undefined ?', load]);
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const fields = { timeoutMs: 5_000, traceparent };
    assert.deepEqual(await outcomeOf('answer', fields), ['a deadline', `tiny-0 ${traceparent} ?`, load]);
  });

  it('fails with the code, the text, all trailers and the load of an error', async () => {
    assert.deepEqual(await outcomeOf('refuse'), {
      ...{ code: 'unavailable', message: 'the replica is gone', isNotSent: false, load },
      details: { 'pareto-state': 'gone', 'pareto-not-executed': '1' },
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
    const error: unknown = await callers.local(queryOf('limit')).catch((caught: unknown) => caught);
    const passed: string[] = [];
    createLimiter({ onReached: (limit) => passed.push(limit) }).count(error);
    assert.deepEqual(passed, []);
  });

  it('rejects a reply over the limit of messages', async () => {
    await assert.rejects(callers.local(queryOf('large')), { code: 'resource-exhausted' });
  });
});

describe('the end of a call within the process', () => {
  const clock = createManualClock();
  let last: RoutedCall | undefined;
  const server = createServer({ clock });
  server.add('inference.GRPCInferenceService', { modelInfer: rawUnary(() => assert.fail()) });
  const infer = server.localInfer(path, (call) => void (last = call));

  it('comes with the deadline', async () => {
    const ended = callerOf(infer)(queryOf('tiny', { timeoutMs: 100 }));
    await clock.advance(99);
    assert.deepEqual([last?.cancellation.aborted, last?.remainingMs()], [false, 1]);
    await Promise.all([assert.rejects(ended, { code: 'deadline-exceeded' }), clock.advance(10)]);
    assert.ok(last?.cancellation.aborted === true);
  });

  it('comes with the cancellation by the caller', () => {
    const outcomes: unknown[] = [];
    const cancel = infer(queryOf('tiny'), (outcome) => outcomes.push(outcome));
    cancel();
    cancel();
    assert.deepEqual(
      outcomes.map((outcome) => outcome instanceof ParetoError && outcome.code),
      ['cancelled'],
    );
    assert.equal(last?.cancellation.reason, outcomes[0]);
  });

  it('comes after the start of the call if the handler fails immediately', async () => {
    const outcomes: unknown[] = [];
    const error = new ParetoError('unavailable', 'draining');
    server.localInfer(path, (_call, receiver) => receiver.fail(error))(queryOf('tiny'), (end) => outcomes.push(end));
    assert.equal(outcomes.length, 0);
    await Promise.resolve();
    assert.equal(outcomes.length, 1);
  });

  it('is an error of the programmer for a method that the server does not have', () => {
    assert.throws(() => server.localInfer('/x/y', handleLocally), /no unary method/);
  });
});

const pick = (details: Readonly<Record<string, string>>, prefix: string): Record<string, string> =>
  Object.fromEntries(Object.entries(details).filter(([name]) => name.startsWith(prefix)));
