// What one connection can cost a server with calls that are cheap to send.

import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { encodeInferRequest, payloadOf, scanInferRequest } from '@pareto/protocol';
import { http2Frame as frame, waitFor } from '@pareto/testkit';
import { createLimiter, createServer, rawUnary, type Limiter, type RpcServer } from '../../src/index.js';
import {
  callFrame,
  frameTypes,
  messageFrame,
  openRawConnection,
  resetFrame,
  type RawConnection,
} from '../support/raw-connection.js';

const inferPath = '/inference.GRPCInferenceService/ModelInfer';
const describePath = '/pareto.v1.Registry/Describe';
const pingPath = '/pareto.v1.Execution/Ping';
const none = Buffer.alloc(0);
const ids = (count: number, first = 1): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + 2 * index);

describe('the calls of one connection', () => {
  let server: RpcServer;
  let limiter: Limiter;
  let reached: string[];
  let scanMs: number;
  let connection: RawConnection;

  beforeEach(async () => {
    reached = [];
    limiter = createLimiter({ onReached: (limit) => reached.push(limit) });
    server = createServer({
      limiter,
      guard: () => (call) => {
        if (call.metadata.get('x-who') !== 'service') throw new ParetoError('permission-denied', 'for services');
      },
    });
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async (payload) => {
        const startedAt = performance.now();
        scanInferRequest(payload);
        scanMs = performance.now() - startedAt;
        return payloadOf(none);
      }),
    });
    server.add('pareto.v1.Registry', { describe: async ({ name }) => ({ task: { name } }) });
    server.add('pareto.v1.Execution', { ping: async () => ({ workerId: 'w' }) });
    connection = await openRawConnection(await server.listen('127.0.0.1', 0));
  });
  afterEach(() => {
    connection[Symbol.dispose]();
    server.close();
  });

  const countOf = (name: keyof typeof frameTypes): number =>
    connection.received().filter(({ type }) => type === frameTypes[name]).length;
  const isEnded = (): true | undefined => countOf('goaway') > 0 || connection.isClosed || undefined;
  const untilAnswered = (id: number): Promise<true> =>
    waitFor('the reply', () =>
      connection
        .received()
        .some(({ streamId, type, flags }) => streamId === id && type === frameTypes.headers && flags === 5)
        ? true
        : undefined,
    );

  it('cost a scan that reads each frame once, however many fields and tensors they have', async () => {
    const head = encodeInferRequest({ modelName: 'm', inputs: [] });
    // An unknown field for each frame, and then tensors of several frames.
    const fields = Array.from({ length: 10_000 }, () => Buffer.concat([Buffer.from([0x7a, 64]), Buffer.alloc(64)]));
    const tensor = [
      Buffer.concat([Buffer.from([0x3a, 0x80, 0x0a]), Buffer.alloc(64)]),
      ...Array.from({ length: 19 }, () => Buffer.alloc(64)),
    ];
    const message = [head, ...fields, ...Array.from({ length: 500 }, () => tensor).flat()];
    const length = Buffer.alloc(5);
    length.writeUInt32BE(
      message.reduce((sum, piece) => sum + piece.length, 0),
      1,
    );
    connection.send(callFrame(1, inferPath, { 'x-who': 'service' }));
    connection.send(...[length, ...message].map((piece) => frame(0, 0, 1, piece)), frame(0, 1, 1));
    await untilAnswered(1);
    assert.ok(scanMs < 1_000, `the scan took ${scanMs} ms`);
  });

  const rejected: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
    ['by the check of the caller', inferPath, {}],
    ['by the check of the caller of another method', describePath, {}],
    ['for an unknown encoding', inferPath, { 'x-who': 'service', 'grpc-encoding': 'br' }],
    ['for an unknown encoding of another method', describePath, { 'x-who': 'service', 'grpc-encoding': 'br' }],
    ['for an unknown method', '/pareto.v1.Registry/Guess', { 'x-who': 'service' }],
    ['for an unknown service', '/pareto.v1.Guess/Guess', {}],
    ['for a malformed timeout', inferPath, { 'x-who': 'service', 'grpc-timeout': 'soon' }],
    ['for another content type', inferPath, { 'x-who': 'service', 'content-type': 'text/plain' }],
    ['for another HTTP method', inferPath, { 'x-who': 'service', ':method': 'GET' }],
  ];
  for (const [why, path, headers] of rejected) {
    it(`take turns and end it if they are rejected ${why}`, async () => {
      const before = limiter.turns.iteration;
      connection.send(...ids(90).map((id) => callFrame(id, path, headers)));
      await waitFor('all rejections', () => (countOf('headers') === 90 ? true : undefined));
      assert.ok(limiter.turns.iteration > before + 1, `${limiter.turns.iteration - before} iterations`);
      assert.deepEqual(reached, []);
      connection.send(...ids(2_000, 201).map((id) => callFrame(id, path, headers)));
      await waitFor('the end of the connection', isEnded);
      assert.deepEqual(reached, ['denials']);
      assert.ok(countOf('headers') <= 100, `${countOf('headers')} rejections`);
      await waitFor('no bytes', () => limiter.bytes.heldBytes === 0 || undefined);
    });
  }

  const broken: readonly (readonly [string, (id: number) => readonly Buffer[]])[] = [
    ['without a message', (id) => [frame(0, 1, id)]],
    ['with a message that is too large', (id) => [frame(0, 1, id, '00ffffffff')]],
    ['with a malformed message', (id) => [messageFrame(id, Buffer.from('0a7f', 'hex'))]],
  ];
  for (const [what, request] of broken) {
    it(`take turns before they are rejected ${what}`, async () => {
      const before = limiter.turns.iteration;
      const call = (id: number): readonly Buffer[] => [
        callFrame(id, inferPath, { 'x-who': 'service' }),
        ...request(id),
      ];
      connection.send(...ids(200).flatMap(call));
      await waitFor('all rejections', () => (countOf('headers') === 200 ? true : undefined));
      assert.ok(limiter.turns.iteration > before + 2, `${limiter.turns.iteration - before} iterations`);
      await waitFor('no bytes', () => limiter.bytes.heldBytes === 0 || undefined);
    });
  }

  const cancelled = (first: number): readonly Buffer[] =>
    ids(10_000, first).flatMap((id) => [callFrame(id, inferPath, { 'x-who': 'service' }), resetFrame(id)]);

  it('end it if too many are cancelled', async () => {
    connection.send(...cancelled(1));
    await waitFor('the end of the connection', isEnded);
  });

  it('may be cancelled by a service, whose calls are those of many clients', async () => {
    const ping = (id: number): readonly Buffer[] => [
      callFrame(id, pingPath, { 'x-who': 'service' }),
      messageFrame(id, none),
    ];
    connection.send(...ping(1));
    await untilAnswered(1);
    connection.send(...cancelled(3));
    connection.send(...ping(20_003));
    await untilAnswered(20_003);
    assert.equal(countOf('goaway'), 0);
  });
});
