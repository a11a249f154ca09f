import assert from 'node:assert/strict';
import { digest, ParetoError, systemClock } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import {
  createChannel,
  createFailover,
  createFailoverClient,
  createServer,
  leaderOf,
  notLeaderError,
  uploadBlob,
  type Failover,
  type RpcServer,
} from '../../src/index.js';

/** A host:port without a server. */
const unreachable = '127.0.0.1:9';

interface Controller {
  readonly address: string;
  readonly server: RpcServer;
  calls: number;
  /** Returns the error of the next call. The call succeeds if it is undefined. */
  nextError: (() => ParetoError | undefined) | undefined;
  /** Received part of the blob. */
  stored: Buffer;
  /** Number of received bytes at which an upload fails. */
  failAt: number;
}

describe('failover', () => {
  const cleanUps: (() => void)[] = [];
  afterEach(() => cleanUps.splice(0).forEach((each) => each()));

  async function startController(): Promise<Controller> {
    const server = createServer();
    cleanUps.push(() => server.close());
    const controller: Controller = {
      ...{ address: '', server, calls: 0, nextError: undefined, stored: Buffer.alloc(0), failAt: Infinity },
    };
    const countCall = (): void => {
      controller.calls += 1;
      const error = controller.nextError?.();
      if (error !== undefined) throw error;
    };
    server.add('pareto.v1.Registry', {
      list: async () => (countCall(), { tasks: [{ name: controller.address }] }),
      delete: async () => (countCall(), {}),
    });
    server.add('pareto.v1.Blobs', {
      async stat() {
        countCall();
        return { complete: controller.stored.length === content.length, receivedBytes: controller.stored.length };
      },
      upload: (messages) => receive(controller, messages),
    });
    return Object.assign(controller, { address: `127.0.0.1:${await server.listen('127.0.0.1', 0)}` });
  }
  function startFailover(addresses: readonly string[], retryTimeoutMs = 2_000): Failover {
    const open = (address: string) => createChannel(address);
    const failover = createFailover({ addresses, open, clock: systemClock, retryTimeoutMs });
    cleanUps.push(() => failover.close());
    return failover;
  }

  it('calls the next controller if one is unreachable, and then keeps using that one', async () => {
    const controller = await startController();
    const failover = startFailover([unreachable, controller.address]);
    const registry = createFailoverClient(failover, 'pareto.v1.Registry');
    assert.equal((await registry.list({})).tasks[0]?.name, controller.address);
    assert.equal(failover.address, controller.address);
    await registry.delete({ name: 'x' });
    assert.equal(controller.calls, 2);
  });

  it('calls the named leader, in the list or not', async () => {
    const [follower, leader] = [await startController(), await startController()];
    follower.nextError = () => notLeaderError(leader.address);
    const failover = startFailover([follower.address]);
    const registry = createFailoverClient(failover, 'pareto.v1.Registry');
    await registry.delete({ name: 'x' });
    assert.deepEqual([follower.calls, leader.calls, failover.address], [1, 1, leader.address]);
    await registry.delete({ name: 'x' });
    assert.deepEqual([follower.calls, leader.calls], [1, 2]);
    leader.server.close();
    follower.nextError = undefined;
    await registry.delete({ name: 'x' });
    assert.equal(follower.calls, 2);
  });

  it('retries while no controller leads, until the timeout', async () => {
    const controller = await startController();
    controller.nextError = () => (controller.calls < 3 ? notLeaderError(undefined) : undefined);
    await createFailoverClient(startFailover([controller.address]), 'pareto.v1.Registry').delete({ name: 'x' });
    assert.equal(controller.calls, 3);
    controller.nextError = () => notLeaderError(undefined);
    const registry = createFailoverClient(startFailover([controller.address]), 'pareto.v1.Registry');
    const noLeader = (error: unknown): boolean => leaderOf(error) === '';
    await assert.rejects(registry.delete({ name: 'x' }, { timeoutMs: 400 }), noLeader);
    const withShortTimeout = createFailoverClient(startFailover([controller.address], 300), 'pareto.v1.Registry');
    await assert.rejects(withShortTimeout.delete({ name: 'x' }), noLeader);
    controller.nextError = () => new ParetoError('unavailable', 'reworded', { details: { 'pareto-leader': '' } });
    await assert.rejects(withShortTimeout.delete({ name: 'x' }), noLeader, 'an empty trailer arrives');
  });

  it('reports that no controller can be reached', async () => {
    const registry = createFailoverClient(startFailover([unreachable, '127.0.0.1:10']), 'pareto.v1.Registry');
    const message = /^no controller is reachable at 127\.0\.0\.1:9 or 127\.0\.0\.1:10$/;
    await assert.rejects(registry.list({}), { code: 'unavailable', message });
  });

  it('retries reads, but not writes that may have been executed', async () => {
    const [first, second] = [await startController(), await startController()];
    first.nextError = () => new ParetoError('unavailable', 'the store does not answer');
    const clientOf = () => createFailoverClient(startFailover([first.address, second.address]), 'pareto.v1.Registry');
    assert.equal((await clientOf().list({})).tasks[0]?.name, second.address);
    await assert.rejects(clientOf().delete({ name: 'x' }), /the store does not answer/);
    assert.deepEqual([first.calls, second.calls], [2, 1]);
  });

  it('stops if its signal aborts', async () => {
    const controller = await startController();
    controller.nextError = () => notLeaderError(undefined);
    const aborter = new AbortController();
    const registry = createFailoverClient(startFailover([controller.address]), 'pareto.v1.Registry');
    const listed = registry.list({}, { signal: aborter.signal });
    setTimeout(() => aborter.abort(new Error('enough')), 50);
    await assert.rejects(listed, /enough/);
  });

  describe('an upload', () => {
    it('resumes at another controller with the same blob store', async () => {
      const [first, second] = [await startController(), await startController()];
      first.failAt = 2 << 20;
      second.stored = content.subarray(0, 2 << 20);
      const read: number[] = [];
      const upload = {
        digest: digest(`sha256:${'0'.repeat(64)}`),
        sizeBytes: content.length,
        read(offset: number) {
          read.push(offset);
          return chunks(offset);
        },
      };
      const failover = startFailover([first.address, second.address]);
      assert.equal(await uploadBlob(failover, upload), true);
      assert.deepEqual(read, [0, 2 << 20]);
      assert.deepEqual(second.stored, content);
      assert.equal(await uploadBlob(failover, upload), false);
    });
  });
});

const content = Buffer.alloc(5 << 20, 'pareto');

async function* chunks(offset: number): AsyncGenerator<Buffer> {
  for (let from = offset; from < content.length; from += 1 << 20) yield content.subarray(from, from + (1 << 20));
}

async function receive(
  controller: Controller,
  messages: AsyncIterable<wire.UploadRequest>,
): Promise<wire.UploadResponseInput> {
  for await (const { data, offset } of messages) {
    if (data.length > 0) assert.equal(offset, controller.stored.length);
    controller.stored = Buffer.concat([controller.stored, data]);
    if (controller.stored.length >= controller.failAt) throw new ParetoError('unavailable', 'shutting down');
  }
  return {};
}
