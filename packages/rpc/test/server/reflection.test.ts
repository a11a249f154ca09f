import assert from 'node:assert/strict';
import { Client, credentials, Metadata, status, type ClientDuplexStream } from '@grpc/grpc-js';
import { once } from 'node:events';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { createServer } from '../../src/index.js';
import { reflectionPaths } from '../../src/server/reflection.js';
import { reflectedDefinition } from '../../src/server/reflection-methods.js';

interface Message {
  readonly name: string;
  readonly field: readonly { readonly name: string; readonly typeName?: string }[];
  readonly nestedType: readonly (Message & { readonly options?: { readonly mapEntry?: boolean } })[];
}

async function messages(): Promise<Map<string, Message>> {
  const found = new Map<string, Message>();
  for (const entry of Object.values(await reflectedDefinition())) {
    if (!Array.isArray(entry.fileDescriptorProtos)) continue;
    for (const encoded of entry.fileDescriptorProtos) {
      const file = descriptor.FileDescriptorProto.decode(encoded) as unknown as { messageType: Message[] };
      for (const message of file.messageType) found.set(message.name, message);
    }
  }
  return found;
}

describe('reflection', () => {
  it('returns field names as written in the proto files', async () => {
    const names = (await messages()).get('Objective')?.field.map(({ name }) => name);
    assert.deepEqual(names?.slice(0, 3), ['latency_ms', 'min_accuracy', 'max_cost_per_1k']);
  });

  it('returns the names of map entries that strict clients require', async () => {
    const demand = (await messages()).get('DemandEntry');
    const entry = demand?.nestedType.find(({ options }) => options?.mapEntry === true);
    assert.equal(entry?.name, 'ItemsByVariantEntry');
    assert.equal(demand?.field.find(({ name }) => name === 'items_by_variant')?.typeName, 'ItemsByVariantEntry');
  });

  describe('of a server', () => {
    const server = createServer();
    let client: Client;
    before(async () => {
      server.add('pareto.v1.Registry', {});
      client = new Client(`127.0.0.1:${await server.listen('127.0.0.1', 0)}`, credentials.createInsecure());
    });
    after(() => {
      client.close();
      server.close();
    });

    const identity = (message: Buffer): Buffer => message;
    const open = (path: string): ClientDuplexStream<Buffer, Buffer> =>
      client.makeBidiStreamRequest(path, identity, identity, new Metadata());
    /** Encoded requests for the list of services, and for the file with a symbol. */
    const listServices = Buffer.from([0x3a, 0x01, 0x2a]);
    const fileOf = (symbol: string): Buffer => Buffer.concat([Buffer.from([0x22, symbol.length]), Buffer.from(symbol)]);

    for (const path of reflectionPaths) {
      it(`answers each request of ${path}`, async () => {
        const stream = open(path);
        const replies: string[] = [];
        stream.on('data', (reply: Buffer) => replies.push(reply.toString('latin1')));
        for (const request of [listServices, fileOf('grpc.health.v1.Health'), fileOf('none')]) stream.write(request);
        stream.end();
        const [ended] = (await once(stream, 'status')) as [{ readonly code: status }];
        assert.equal(ended.code, status.OK);
        const [services, file, missing] = replies;
        for (const name of ['pareto.v1.Registry', 'grpc.health.v1.Health'])
          assert.ok(services?.includes(name), services);
        assert.ok(!services?.includes('pareto.v1.Fleet'), services);
        assert.ok(file?.includes('HealthCheckRequest'), file);
        assert.ok(missing?.includes('Symbol not found: none'), missing);
      });
    }

    it('rejects a malformed request', async () => {
      const stream = open(reflectionPaths[0] ?? assert.fail());
      stream.resume().write(Buffer.from([0xff]));
      const [error] = (await once(stream, 'error')) as [{ readonly code: status }];
      assert.equal(error.code, status.INVALID_ARGUMENT);
    });
  });
});
