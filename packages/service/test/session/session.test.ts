import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createSeededRng, milliseconds, systemClock } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createClient, createServer, notLeaderError, type DuplexStream, type RpcServer } from '@pareto/rpc';
import { createLogger } from '@pareto/telemetry';
import { createSession, createTokenAccess, startLivenessResponder, type Session } from '../../src/index.js';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const access = createTokenAccess('0123456789abcdef', { role: 'controller', clock: systemClock, logger });

type Join = (message: wire.WorkerMessage, say: (revision: number) => Promise<void>) => Promise<void>;

/** Starts a controller that accepts only services and passes each message to a callback. */
async function controller(port: number, onMessage: Join): Promise<{ server: RpcServer; address: string }> {
  const server = createServer(access.server);
  server.add('pareto.v1.Fleet', {
    join: async (stream: DuplexStream<wire.WorkerMessage, wire.ControllerMessageInput>) => {
      const say = (revision: number) => stream.write({ message: 'assignments', assignments: { revision } });
      for await (const message of stream) await onMessage(message, say);
    },
  });
  return { server, address: `127.0.0.1:${await server.listen('127.0.0.1', port)}` };
}

describe('session', () => {
  const events = new EventEmitter();
  let session: Session<wire.WorkerMessageInput>;
  const servers: RpcServer[] = [];

  async function begin(
    addresses: readonly string[],
    { wanted = 'leader', ...options }: { messageTimeoutMs?: number; wanted?: 'leader' | 'any' } = {},
  ): Promise<void> {
    session = createSession<wire.ControllerMessage, wire.WorkerMessageInput>({
      addresses,
      target: wanted,
      open: (channel, options) => createClient(channel, 'pareto.v1.Fleet').join(options),
      hello: ({ acceptFollower }) => ({ message: 'hello', hello: { workerId: acceptFollower ? 'any' : 'w1' } }),
      onMessage: (message) => events.emit('message', message.assignments?.revision),
      channel: access.channel('controller'),
      ...options,
      clock: systemClock,
      rng: createSeededRng(1),
      logger,
    });
    await session.start((error) => assert.fail(String(error)));
  }
  const heard = async (): Promise<number> => Number((await once(events, 'message'))[0]);
  afterEach(async () => {
    await session.stop();
    for (const server of servers.splice(0)) server.close();
  });

  it('sends hello, receives messages, and sends', async () => {
    const { server, address } = await controller(0, (message, say) => say(message.hello ? 1 : 2));
    servers.push(server);
    await begin([address]);
    assert.equal(await heard(), 1);
    assert.equal(session.connected, true);
    assert.equal(session.address, address);
    assert.equal(session.problem, undefined);
    assert.equal(session.send({ message: 'report', report: {} }), true);
    assert.equal(await heard(), 2);
  });

  it('reconnects to a restarted controller with a new hello', async () => {
    const first = await controller(0, (_message, say) => say(1));
    await begin([first.address]);
    assert.equal(await heard(), 1);
    first.server.close();
    while (session.connected) await systemClock.sleep(milliseconds(5));
    assert.equal(session.send({ message: 'report', report: {} }), false);
    const second = await controller(Number(first.address.split(':')[1]), (message, say) => say(message.hello ? 5 : 6));
    servers.push(second.server);
    assert.equal(await heard(), 5);
  });

  it('connects to the leader that a follower names', async () => {
    const leader = await controller(0, (_message, say) => say(9));
    const follower = await controller(0, () => {
      throw notLeaderError(leader.address);
    });
    servers.push(leader.server, follower.server);
    await begin([follower.address]);
    assert.equal(await heard(), 9);
    assert.equal(session.address, leader.address);
  });

  it('connects to a follower when the leader is unreachable and the target is any', async () => {
    const follower = await controller(0, async ({ hello }, say) => {
      if (hello?.workerId !== 'any') throw notLeaderError('127.0.0.1:9');
      await say(4);
    });
    servers.push(follower.server);
    await begin([follower.address], { wanted: 'any' });
    assert.equal(await heard(), 4);
  });

  it('sends nothing before a controller responds, and has the reason', async () => {
    const { server, address } = await controller(0, async () => {
      throw notLeaderError(undefined);
    });
    servers.push(server);
    await begin([address]);
    assert.equal(session.send({ message: 'report', report: {} }), false);
    while (session.problem === undefined) await systemClock.sleep(milliseconds(5));
    assert.match(session.problem, new RegExp(`^${address}: no controller leads now`));
    assert.equal(session.address, undefined);
  });

  it('waits for a controller that ends the stream late, and opens no other one', async () => {
    const read: (string | undefined)[] = [];
    const { server, address } = await controller(0, async ({ message }, say) => {
      if (message === 'departure') await systemClock.sleep(milliseconds(200));
      read.push(message);
      if (message === 'departure') throw notLeaderError(undefined);
      await say(1);
    });
    servers.push(server);
    await begin([address]);
    assert.equal(await heard(), 1);
    assert.equal(session.send({ message: 'departure', departure: {} }), true);
    await session.finish(milliseconds(10_000));
    assert.deepEqual(read, ['hello', 'departure']);
    await systemClock.sleep(milliseconds(100));
    assert.deepEqual([read.length, session.connected], [2, false]);
  });

  it('does not wait longer than it was told for a controller that does not end the stream', async () => {
    const { server, address } = await controller(0, (_message, say) => say(1));
    servers.push(server);
    await begin([address]);
    assert.equal(await heard(), 1);
    const since = systemClock.now();
    await session.finish(milliseconds(100));
    assert.ok(systemClock.now() - since < 5_000);
    assert.equal(session.connected, true);
  });

  it('reopens a stream without messages', async () => {
    let hellos = 0;
    const { server, address } = await controller(0, async (_message, say) => say(++hellos));
    servers.push(server);
    await begin([address], { messageTimeoutMs: 50 });
    assert.equal(await heard(), 1);
    assert.equal(await heard(), 2);
  });

  it('keeps a stream without messages while the process of the controller answers probes', async () => {
    let hellos = 0;
    const { server, address } = await controller(0, async (_message, say) => say(++hellos));
    servers.push(server);
    const port = Number(address.split(':')[1]);
    const responder = await startLivenessResponder({
      ...{ host: '127.0.0.1', port, incarnation: 'controller', clock: systemClock, logger },
    });
    await begin([address], { messageTimeoutMs: 50 });
    assert.equal(await heard(), 1);
    await systemClock.sleep(milliseconds(700));
    assert.deepEqual([hellos, session.connected], [1, true]);
    await responder[Symbol.asyncDispose]();
    assert.equal(await heard(), 2);
  });

  it('connects to no other controller after stop', async () => {
    let hellos = 0;
    const both = [await controller(0, (_, say) => say(++hellos)), await controller(0, (_, say) => say(++hellos))];
    servers.push(...both.map(({ server }) => server));
    await begin(both.map(({ address }) => address));
    await heard();
    both.find(({ address }) => address === session.address)?.server.close();
    while (session.problem === undefined) await systemClock.sleep(milliseconds(5));
    await session.stop();
    assert.equal(hellos, 1);
  });

  it('stops without ever having connected', async () => {
    await begin(['127.0.0.1:9']);
    assert.equal(session.connected, false);
  });
});
