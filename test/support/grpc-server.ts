// Properties of any gRPC server: health, reflection, HTTP/2 settings.

import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { once } from 'node:events';
import { connect, type Settings } from 'node:http2';
import { createChannel, createRawCaller } from '@pareto/rpc';

const identity = (message: Buffer): Buffer => message;

/** Calls `grpc.health.v1.Health/Check` for the whole server. */
export async function healthOf(address: string): Promise<'serving' | 'not serving' | 'unknown'> {
  const channel = createChannel(address);
  try {
    const { body } = await createRawCaller(channel, '/grpc.health.v1.Health/Check')(Buffer.alloc(0), {
      timeoutMs: 5_000,
    });
    return body[1] === 1 ? 'serving' : body[1] === 2 ? 'not serving' : 'unknown';
  } finally {
    channel.close();
  }
}

/** Encoded reflection request with `list_services`. */
const listServices = Buffer.from([0x3a, 0x01, 0x2a]);

/** Returns the reply to a reflection request for the list of services, as text that contains their names. */
export async function reflectedServices(address: string): Promise<string> {
  const client = new Client(address, credentials.createInsecure());
  try {
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const stream = client.makeBidiStreamRequest(path, identity, identity, new Metadata(), {
      deadline: Date.now() + 5_000,
    });
    stream.write(listServices);
    const [reply] = (await once(stream, 'data')) as [Buffer];
    stream.end();
    return reply.toString('latin1');
  } finally {
    client.close();
  }
}

/** Returns the bytes that a client may send on a stream before the server consumes them. */
export async function receiveWindowOf(address: string): Promise<number | undefined> {
  const session = connect(`http://${address}`);
  try {
    const [settings] = (await once(session, 'remoteSettings')) as [Settings];
    return settings.initialWindowSize;
  } finally {
    session.destroy();
  }
}
