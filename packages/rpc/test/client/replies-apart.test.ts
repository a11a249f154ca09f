// Replies are never mixed up, over any transport, whatever happens to other calls and to the connection.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { ParetoError } from '@pareto/core';
import { createTcpProxy, type TcpProxy } from '@pareto/testkit';
import { encodeInferRequest, joinSlices, payloadOf, scanInferRequest } from '@pareto/protocol';
import {
  createChannel,
  createFrameChannel,
  createRawCaller,
  createServer,
  isNotSent,
  rawUnary,
  type PayloadCall,
  type PayloadChannel,
  type PayloadReply,
  type RpcServer,
} from '../../src/index.js';

const path = '/inference.GRPCInferenceService/ModelInfer';

interface Opened {
  readonly start: PayloadCall;
  readonly close: () => void;
}

const over = (channel: PayloadChannel): Opened => ({
  start: channel.payloadCall(path),
  close: () => channel.close(),
});

const open = {
  'grpc-js': (address: string): Opened => {
    const channel = createChannel(address);
    const call = createRawCaller(channel, path);
    const start: PayloadCall = ({ slices }, { timeoutMs }, done) => {
      const cancelling = new AbortController();
      call(joinSlices(slices), { timeoutMs, signal: cancelling.signal }).then(
        ({ body, trailers }) => done({ payload: payloadOf(body), trailers }),
        (error: unknown) => done(error as ParetoError),
      );
      return () => cancelling.abort(new ParetoError('cancelled', 'the call was cancelled'));
    };
    return { start, close: () => channel.close() };
  },
  frames: (address: string): Opened => over(createFrameChannel(address)),
};

/** Returns the message of a call: bytes that no other call has. */
const messageOf = (id: string, bytes: number): Buffer => {
  const raw = Buffer.alloc(bytes, id);
  return encodeInferRequest({ modelName: 'm', id, inputs: [{ name: 'x', datatype: 'UINT8', shape: [bytes], raw }] });
};

const callOptions = fc.record({
  size: fc.oneof(fc.nat(100), fc.nat(5_000), fc.nat(400_000)),
  /** Time after which the server replies. */
  waitMs: fc.nat(20),
  /** Ends of the slices of the message, as parts of it. */
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
  cancelledMs: fc.option(fc.nat(20), { nil: undefined }),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
});
const batch = fc.record({
  calls: fc.array(callOptions, { minLength: 1, maxLength: 24 }),
  /** Time after which all connections break. */
  cutMs: fc.option(fc.nat(25), { nil: undefined }),
});

for (const transport of ['grpc-js', 'frames'] as const)
  describe(`calls over ${transport}`, () => {
    let server: RpcServer;
    let link: TcpProxy;
    const waits = new Map<string, number>();
    const received = new Map<string, number>();
    before(async () => {
      server = createServer();
      server.add('inference.GRPCInferenceService', {
        modelInfer: rawUnary(async (message, call) => {
          const { id } = scanInferRequest(message);
          received.set(id, (received.get(id) ?? 0) + 1);
          await sleep(waits.get(id) ?? 0);
          call.setTrailer('pareto-id', id);
          return message;
        }),
      });
      link = await createTcpProxy({ to: `127.0.0.1:${await server.listen('127.0.0.1', 0)}` });
    });
    after(async () => {
      await link[Symbol.asyncDispose]();
      server.close();
    });

    it('end once, with their own reply or for a reason of their own', async function () {
      this.timeout(120_000);
      let nextId = 1;
      await fc.assert(
        fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 3 }), async (batches) => {
          const { start, close } = open[transport](link.address);
          let hasBroken = false;
          for (const { calls, cutMs } of batches) {
            hasBroken ||= cutMs !== undefined;
            const ends = calls.map(async ({ size, waitMs, cuts, cancelledMs, timeoutMs }) => {
              const id = String(nextId++);
              waits.set(id, waitMs);
              const message = messageOf(id, size);
              const at = [0, ...cuts.map((part) => Math.floor(part * message.length)).sort((a, b) => a - b)];
              const slices = at.map((from, index) => message.subarray(from, at[index + 1]));
              const outcome = await new Promise<PayloadReply | ParetoError>((resolve, reject) => {
                let isEnded = false;
                const cancel = start(payloadOf(slices), { timeoutMs }, (ended) => {
                  if (isEnded) reject(new Error('a call has two outcomes'));
                  isEnded = true;
                  resolve(ended);
                });
                if (cancelledMs !== undefined) void sleep(cancelledMs).then(cancel);
              });
              if (!(outcome instanceof ParetoError)) {
                assert.ok(joinSlices(outcome.payload.slices).equals(message), `the reply of call ${id}`);
                assert.equal(outcome.trailers.get('pareto-id'), id);
                assert.equal(received.get(id), 1);
                return;
              }
              if (isNotSent(outcome)) assert.equal(received.get(id), undefined, 'a call was executed');
              const isExpected =
                (outcome.code === 'cancelled' && cancelledMs !== undefined) ||
                (outcome.code === 'deadline-exceeded' && timeoutMs !== undefined) ||
                (outcome.code === 'unavailable' && hasBroken);
              assert.ok(isExpected, outcome.message);
            });
            if (cutMs !== undefined) {
              await sleep(cutMs);
              link.cut();
              await sleep(1);
              link.heal();
            }
            await Promise.all(ends);
            // A channel may wait before it connects again.
            if (cutMs !== undefined) await sleep(120);
          }
          close();
        }),
        { seed: 18, numRuns: 6 },
      );
    });
  });
