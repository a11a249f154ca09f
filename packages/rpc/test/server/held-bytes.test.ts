// What clients that send frames by hand make a server hold, compared with what its budget counts.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { payloadOf } from '@pareto/protocol';
import { http2Frame as frame, waitFor } from '@pareto/testkit';
import { createLimiter, createServer, rawDuplex, rawUnary, type Limiter, type RpcServer } from '../../src/index.js';
import { headersFrame, preface } from '../support/raw-frames.js';

const inferPath = '/inference.GRPCInferenceService/ModelInfer';
const streamPath = '/inference.GRPCInferenceService/ModelStreamInfer';
const kib = 1024;
const mib = 1024 * kib;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Returns the memory of everything that is reachable. */
async function reachableBytes(): Promise<number> {
  for (let count = 0; count < 2; count++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Returns the head of a message with a raw tensor, in its frame of gRPC. */
function messageHead(bytes: number): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt32BE(bytes, 1);
  // The tensor is announced with a length of 4 bytes.
  head[5] = 0x3a;
  for (let at = 6, left = bytes - 5; at < 10; at++, left = left >>> 7) head[at] = at < 9 ? (left & 127) | 128 : left;
  return head;
}
const dataFrame = (id: number, bytes: number): Buffer => frame(0, 0, id, Buffer.alloc(bytes));
const paddedFrame = (id: number, bytes: number): Buffer =>
  frame(0, 8, id, Buffer.concat([Buffer.from([255]), Buffer.alloc(bytes + 255)]));
const unknownFrame = (bytes: number): Buffer => frame(77, 0, 0, Buffer.alloc(bytes));

describe('what a server holds', () => {
  let server: RpcServer;
  let limiter: Limiter;
  let reached: string[];
  let port: number;
  let answered: number;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    reached = [];
    answered = 0;
    limiter = createLimiter({ onReached: (limit) => reached.push(limit) });
    server = createServer({ limiter });
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async () => {
        answered += 1;
        return payloadOf(Buffer.alloc(answered === 1 ? 70_000 : 2_100));
      }),
      modelStreamInfer: rawDuplex(async (stream) => {
        for await (const message of stream) {
          answered += 1;
          await stream.write(message.subarray(0, 1));
        }
      }),
    });
    port = await server.listen('127.0.0.1', 0);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  async function open(settings = ''): Promise<(...frames: readonly Buffer[]) => Promise<void>> {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    socket.resume();
    await once(socket, 'connect');
    socket.write(preface(settings));
    return async (...frames) => {
      if (!socket.destroyed && !socket.write(Buffer.concat(frames)))
        await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    };
  }

  it('is nothing of calls that are reset while they wait for the window of their connection', async function () {
    this.timeout(30_000);
    // The windows of streams are large, and that of the connection stays at 65,535 bytes.
    const send = await open('0004 7fffffff');
    const before = await reachableBytes();
    let id = 1;
    for (let round = 0; round < 10; round++) {
      const ids = Array.from({ length: 500 }, () => (id += 2));
      await send(...ids.flatMap((each) => [headersFrame(each, inferPath), frame(0, 1, each, messageHead(5))]));
      const expected = 500 * (round + 1);
      await waitFor('the replies', () => answered === expected || undefined);
      // Resets of calls that were just opened count as a flood.
      await new Promise((resolve) => setTimeout(resolve, 20));
      await send(...ids.map((each) => frame(3, 0, each, '00000008')));
      await waitFor('the resets', () => limiter.bytes.heldBytes === 0 || undefined);
    }
    const held = (await reachableBytes()) - before;
    assert.ok(held < 3 * mib, `${held} bytes are held for ${answered} calls`);
  });

  it('is rejected if a message arrives in tiny parts', async () => {
    const send = await open();
    await send(headersFrame(1, inferPath), frame(0, 0, 1, messageHead(8 * mib)));
    await send(...Array.from({ length: 2_000 }, () => dataFrame(1, 1)));
    await waitFor('the limit', () => reached.includes('chunk-bytes') || undefined);
    await waitFor('no bytes', () => limiter.bytes.heldBytes === 0 || undefined);
  });

  type Pattern = readonly [what: string, parts: (id: number) => readonly Buffer[], count: number];
  const patterns: readonly Pattern[] = [
    ['in frames of 100 bytes', (id) => [dataFrame(id, 100)], 40_000],
    ['in frames of 100 bytes with padding', (id) => [paddedFrame(id, 100)], 40_000],
    ['in small frames between unknown ones', (id) => [dataFrame(id, 500), unknownFrame(16_000)], 1_500],
    ['in large frames between unknown ones', (id) => [dataFrame(id, 16_000), unknownFrame(48_000)], 300],
    [
      'in large and tiny frames',
      (id) => [dataFrame(id, 16_000), ...Array.from({ length: 200 }, () => dataFrame(id, 1))],
      300,
    ],
  ];
  for (const [what, parts, count] of patterns)
    it(`is counted if messages of ModelInfer and ModelStreamInfer arrive ${what}`, async function () {
      this.timeout(30_000);
      const before = await reachableBytes();
      await Promise.all([inferPath, streamPath].map((path) => sendIncomplete(path, parts, count)));
      let last = -1;
      await waitFor('the data', async () => {
        const now = limiter.bytes.heldBytes;
        const isSame = now === last;
        last = now;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return (isSame && now > 0) || undefined;
      });
      const held = (await reachableBytes()) - before;
      assert.deepEqual(reached, []);
      assert.ok(held < last + mib, `${held} bytes are held, and ${last} counted`);
      for (const socket of sockets) socket.destroy();
      await waitFor('no bytes', () => limiter.bytes.heldBytes === 0 || undefined);
    });

  /** Sends parts of messages over a connection. No message is complete, and none exceeds the window of its stream. */
  async function sendIncomplete(path: string, parts: Pattern[1], count: number): Promise<void> {
    const send = await open();
    const batch: Buffer[] = [];
    let id = -1;
    let [left, unsent] = [0, 0];
    for (let index = 0; index < count; index++) {
      if (left <= 0) {
        id += 2;
        left = 800 * kib;
        batch.push(headersFrame(id, path), frame(0, 0, id, messageHead(8 * mib)));
      }
      for (const part of parts(id)) {
        batch.push(part);
        left -= part.length;
        unsent += part.length;
      }
      // The server receives the same as if each frame were written alone, which costs the client more.
      if (unsent < 16 * kib) continue;
      await send(...batch.splice(0));
      unsent = 0;
    }
    await send(...batch);
  }

  it('is nothing of the messages that a stream has answered', async () => {
    const send = await open();
    await send(headersFrame(1, streamPath));
    const before = await waitFor('the call', () => limiter.bytes.heldBytes || undefined);
    const message = (bytes: number): Buffer => Buffer.concat([messageHead(bytes + 5), Buffer.alloc(bytes)]);
    const sizes = [1, 90, 3_000, 20_000, 100_000];
    const all = Buffer.concat(Array.from({ length: 40 }, () => sizes.map(message)).flat());
    for (let at = 0, step = 1; at < all.length; at += step, step = (step * 7) % 30_011)
      await send(frame(0, 0, 1, all.subarray(at, at + step)));
    await waitFor('the answers', () => answered === 200 || undefined);
    await waitFor('nothing more than before', () => limiter.bytes.heldBytes === before || undefined, 5_000);
  });
});
