import assert from 'node:assert/strict';
import { Client, credentials, status, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { serviceDefinition, type MethodDefinition } from '@pareto/protocol';
import { createServer, type RpcServer } from '../../src/index.js';

const health = serviceDefinition('grpc.health.v1.Health');
const registry = 'pareto.v1.Registry';

function method(name: string): MethodDefinition {
  return health[name] ?? assert.fail(name);
}

describe('health checks', () => {
  let server: RpcServer;
  let client: Client;
  const watched: ClientReadableStream<object>[] = [];
  beforeEach(async () => {
    server = createServer();
    server.add(registry, {});
    client = new Client(`127.0.0.1:${await server.listen('127.0.0.1', 0)}`, credentials.createInsecure());
  });
  afterEach(() => {
    for (const stream of watched.splice(0)) stream.cancel();
    client.close();
    server.close();
  });

  const call = (name: string, request: object): Promise<object | undefined> =>
    new Promise((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = method(name);
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, reply) =>
        error === null ? resolve(reply) : reject(error),
      );
    });

  /** Returns a function that resolves with the next status of a service that is watched. */
  function watch(service: string): () => Promise<unknown> {
    const { path, requestSerialize, responseDeserialize } = method('Watch');
    const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service });
    watched.push(stream);
    const replies = stream[Symbol.asyncIterator]() as AsyncIterator<{ readonly status: string }, undefined>;
    return async () => (await replies.next()).value?.status;
  }

  it('return the status of the server and of each service', async () => {
    for (const service of ['', registry]) {
      assert.deepEqual(await call('Check', { service }), { status: 'NOT_SERVING' });
    }
    server.setServing(true);
    for (const service of ['', registry]) {
      assert.deepEqual(await call('Check', { service }), { status: 'SERVING' });
    }
    const statuses = { '': { status: 'SERVING' }, [registry]: { status: 'SERVING' } };
    assert.deepEqual(await call('List', {}), { statuses });
  });

  it('return NOT_SERVING while the server leaves', async () => {
    server.setServing(true);
    server.leave();
    for (const service of ['', registry]) {
      assert.deepEqual(await call('Check', { service }), { status: 'NOT_SERVING' });
    }
  });

  it('fail with NOT_FOUND for an unknown service, and repeat only the start of a long name', async () => {
    const isExpected = ({ code, details }: ServiceError): boolean =>
      code === status.NOT_FOUND && /^the server has no service x+/.test(details) && details.length < 3_000;
    await assert.rejects(call('Check', { service: 'x'.repeat(100_000) }), isExpected);
  });

  it('send a status to the clients that watch it, and again after each change', async () => {
    const [ofServer, ofService, ofUnknown] = [watch(''), watch(registry), watch('unknown')];
    const next = (): Promise<unknown> => Promise.all([ofServer(), ofService()]);
    assert.equal(await ofUnknown(), 'SERVICE_UNKNOWN');
    assert.deepEqual(await next(), ['NOT_SERVING', 'NOT_SERVING']);
    server.setServing(true);
    assert.deepEqual(await next(), ['SERVING', 'SERVING']);
    watched.at(0)?.cancel();
    await assert.rejects(ofServer(), { code: status.CANCELLED });
    server.setServing(false);
    assert.equal(await ofService(), 'NOT_SERVING');
  });
});
