import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server, type OutgoingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { ParetoError } from '@pareto/core';
import { freePorts, waitFor } from '@pareto/testkit';
import {
  createFrameChannel,
  createHttp2Channel,
  createServer,
  encodeInferRequest,
  rawUnary,
  scanInferRequest,
  type FrameChannel,
  type RpcServer,
} from '../../src/index.js';

const path = '/inference.GRPCInferenceService/ModelInfer';

/** Encodes a request whose model name selects what the server does. */
function request(modelName: string, bytes = 4): Buffer {
  const raw = Buffer.alloc(bytes, 7);
  return encodeInferRequest({ modelName, inputs: [{ name: 'x', datatype: 'UINT8', shape: [bytes], raw }] });
}

const failsWith =
  (code: string, text: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof ParetoError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  };

const kinds = [
  ['of frames', createFrameChannel],
  ['of node:http2', createHttp2Channel],
] as const;

for (const [kind, createChannel] of kinds) describeChannel(kind, createChannel);

function describeChannel(kind: string, createChannel: typeof createFrameChannel): void {
  describe(`the unary channel ${kind}`, () => {
    let server: RpcServer;
    let channel: FrameChannel;
    let cancelled = 0;

    const start = async (port: number): Promise<number> => {
      server = createServer();
      server.add('inference.GRPCInferenceService', {
        modelInfer: rawUnary(async (body, call) => {
          const { modelName } = scanInferRequest(body);
          if (modelName === 'fail') {
            const details = { 'pareto-nearest-objective': '70 ms' };
            throw new ParetoError('resource-exhausted', 'too many – 100 %', { details });
          }
          if (modelName === 'wait') {
            await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
            cancelled++;
          }
          call.setTrailer('pareto-seen', call.metadata.get('x-asked') ?? '');
          return body;
        }),
      });
      return server.listen('127.0.0.1', port);
    };
    before(async () => {
      channel = createChannel(`127.0.0.1:${await start(0)}`, { metadata: { 'x-asked': 'always' } });
    });
    after(() => {
      channel.close();
      server.close();
    });

    it('returns replies of any size with their trailers', async () => {
      const call = channel.caller(path);
      for (const bytes of [0, 1, 20_000, 3_000_000]) {
        const body = request('echo', bytes);
        const reply = await call(body);
        assert.ok(reply.body.equals(body), `${bytes} bytes`);
        assert.equal(reply.trailers.get('pareto-seen'), 'always');
      }
      const { trailers } = await call(request('echo'), { metadata: { 'x-asked': 'now' } });
      assert.equal(trailers.get('pareto-seen'), 'now');
    });

    it('keeps many calls in flight apart', async () => {
      const call = channel.caller(path);
      const bodies = Array.from({ length: 200 }, (_, index) => request('echo', index * 100));
      const replies = await Promise.all(bodies.map((body) => call(body)));
      for (const [index, { body }] of replies.entries()) assert.ok(body.equals(bodies[index] ?? Buffer.alloc(0)));
    });

    it('throws the error of the status, with its message and trailers', async () => {
      await assert.rejects(channel.caller(path)(request('fail')), (error: unknown) => {
        assert.ok(error instanceof ParetoError);
        assert.equal(error.details['pareto-nearest-objective'], '70 ms');
        return failsWith('resource-exhausted', /^too many – 100 %$/)(error);
      });
      const unknown = channel.caller('/inference.GRPCInferenceService/Nothing')(request('echo'));
      await assert.rejects(unknown, failsWith('unimplemented', /Nothing/));
    });

    it('cancels a call at its deadline, and when its signal aborts', async () => {
      const call = channel.caller(path);
      await assert.rejects(call(request('wait'), { timeoutMs: 50 }), failsWith('deadline-exceeded', /./));
      const aborting = new AbortController();
      const waiting = call(request('wait'), { signal: aborting.signal });
      await call(request('echo'));
      aborting.abort(new Error('no longer needed'));
      await assert.rejects(waiting, /no longer needed/);
      await assert.rejects(call(request('echo'), { signal: aborting.signal }), /no longer needed/);
      await waitFor('the server to cancel both', () => cancelled === 2 || undefined);
    });

    it('rejects a reply over the limit', async () => {
      const small = createChannel(channel.address, { maxMessageBytes: 10_000 });
      await assert.rejects(small.caller(path)(request('echo', 20_000)), failsWith('resource-exhausted', /10000 bytes/));
      small.close();
    });

    it('reports an address without a server, and connects once there is one', async () => {
      const [port = 0] = await freePorts(1);
      const late = createChannel(`127.0.0.1:${port}`);
      const call = late.caller(path);
      await assert.rejects(call(request('echo')), failsWith('unavailable', /127.0.0.1:\d+ failed: .*ECONNREFUSED/));
      server.close();
      await start(port);
      assert.ok((await call(request('echo'))).body.length > 0);
      server.close();
      await assert.rejects(call(request('echo')), failsWith('unavailable', /./));
      await start(port);
      await waitFor('the next connection', () => call(request('echo')).catch(() => undefined));
      late.close();
      await assert.rejects(call(request('echo')), failsWith('unavailable', /is closed/));
    });

    it('rejects servers that do not speak gRPC', async () => {
      const plain = createHttpServer((_, response) => response.end('hello'));
      await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
      const other = createChannel(`127.0.0.1:${(plain.address() as AddressInfo).port}`);
      await assert.rejects(other.caller(path)(request('echo')), failsWith('unavailable', /./));
      other.close();
      plain.close();
    });

    const odd: readonly (readonly [
      what: string,
      head: OutgoingHttpHeaders,
      data: readonly number[],
      code: string,
      text: RegExp,
    ])[] = [
      ['another HTTP status', { ':status': 404 }, [], 'unavailable', /HTTP status 404: expected a gRPC server/],
      ['no status', { ':status': 200 }, [0, 0, 0, 0, 0], 'internal', /without a gRPC status/],
      ['a short message', { ':status': 200, 'grpc-status': '0' }, [0, 0], 'internal', /has 2 bytes/],
      [
        'a cut message',
        { ':status': 200, 'grpc-status': '0' },
        [0, 0, 0, 0, 2, 1],
        'internal',
        /one message of 2 bytes/,
      ],
      ['a compressed message', { ':status': 200, 'grpc-status': '0' }, [1, 0, 0, 0, 0], 'internal', /compressed/],
      ['an unknown status', { ':status': 200, 'grpc-status': '99' }, [], 'internal', /^$/],
      ['a broken message', { ':status': 200, 'grpc-status': '5', 'grpc-message': '100 %' }, [], 'not-found', /^100 %$/],
    ];
    for (const [what, head, data, code, text] of odd)
      it(`rejects a reply with ${what}`, async () => {
        const strange = createHttp2Server().on('stream', (stream) => {
          stream.respond(head);
          stream.end(Buffer.from(data));
        });
        await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
        const other = createChannel(`127.0.0.1:${(strange.address() as AddressInfo).port}`);
        await assert.rejects(other.caller(path)(request('echo')), failsWith(code, text));
        other.close();
        strange.close();
      });
  });
}
