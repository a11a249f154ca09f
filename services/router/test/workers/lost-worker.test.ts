import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createFastClock, waitFor, type Direction } from '@pareto/testkit';
import { fails } from '../support/fails.js';
import type { FakeWorker } from '../support/fake-worker.js';
import { tableOf } from '../support/rows.js';
import { addController, addRouter, addWorker, cleanUp, startFixture, tiny, untilReady } from '../support/fixture.js';

const stall = (): Promise<never> => new Promise(() => undefined);
/** Speeds up the router's clock, since it detects a silent worker only after 1.5 s. */
const clock = createFastClock(4);
const both = { variants: [tiny], workers: [['tiny'], ['tiny']], clock };
/** Number of queries per worker: more than the initial retry budget. */
const inFlight = 120;
const relaxed = { parameters: { latency_ms: 20_000 } };

/** Sends queries to two workers, of which the first never answers, and then lets the first fail. */
async function loseWith(fail: (worker: FakeWorker) => void) {
  const { router, workers } = await startFixture(both);
  const [first, second] = workers;
  assert.ok(first && second);
  first.onInfer = stall;
  const answers = Array.from({ length: 2 * inFlight }, () => router.infer(relaxed));
  await waitFor('queries to arrive', () => (first.received.length >= inFlight / 2 ? true : undefined));
  fail(first);
  return { router, first, second, answers };
}

const failures: readonly (readonly [string, (worker: FakeWorker) => void])[] = [
  ['is killed', (worker) => worker.kill()],
  ...(['up', 'down', 'both'] as readonly Direction[]).map(
    (direction) => [`has a stalled link (${direction})`, (worker: FakeWorker) => worker.link.stall(direction)] as const,
  ),
];

describe('the loss of a worker', function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  for (const [name, fail] of failures) {
    it(`replays each query once on another worker when one ${name}`, async () => {
      const { router, second, answers } = await loseWith(fail);
      const replies = await Promise.all(answers);
      assert.equal(replies.length, 2 * inFlight);
      assert.equal(second.received.length, 2 * inFlight);
      const before = second.received.length;
      for (let i = 0; i < 5; i++) await router.infer(relaxed);
      assert.equal(second.received.length, before + 5, 'sends no query to the lost worker');
      const metrics = await router.metrics();
      assert.match(
        metrics,
        /^pareto_workers_lost_total\{[^}]*reason="(timeout|connection-lost|unreachable)"[^}]*\} 1$/m,
      );
      assert.match(metrics, /^pareto_callable_replicas(\{.*\})? 1$/m);
    });
  }

  it('is detected without queries, so that no query needs a retry', async () => {
    const { router, workers } = await startFixture(both);
    const [first, second] = workers;
    assert.ok(first && second);
    await waitFor('links to both', () => (first.link.connections === 1 && second.link.connections === 1) || undefined);
    first.kill();
    await waitFor('the loss to be counted', async () =>
      /^pareto_workers_lost_total\{[^}]*reason="connection-lost"[^}]*\} 1$/m.test(await router.metrics())
        ? true
        : undefined,
    );
    for (let i = 0; i < 20; i++) await router.infer(relaxed);
    assert.doesNotMatch(await router.metrics(), /^pareto_retries_total\{[^}]*\} [1-9]/m);
  });

  it('ends when the worker responds again', async () => {
    const { router, first, answers } = await loseWith((worker) => worker.link.stall('down'));
    await Promise.all(answers);
    first.onInfer = undefined;
    first.link.heal();
    await waitFor('both to be used', async () =>
      /^pareto_callable_replicas(\{.*\})? 2$/m.test(await router.metrics()) ? true : undefined,
    );
  });

  it('fails a large request with UNAVAILABLE', async () => {
    const { router, workers } = await startFixture({ variants: [tiny], workers: [['tiny']], clock });
    const [worker] = workers;
    assert.ok(worker);
    worker.onInfer = stall;
    const large = router.infer({ ...relaxed, bytes: 300_000 });
    await waitFor('the query to arrive', () => worker.received[0]);
    worker.link.stall('both');
    await fails(
      large,
      'unavailable',
      /^the worker failed while it ran this request of 300\d+ bytes; retry the request$/,
    );
  });
});

describe('a dead connection that is never reported', function () {
  this.timeout(60_000);
  let hole: Hole;
  beforeEach(async () => {
    hole = await openHole();
  });
  afterEach(async () => {
    await cleanUp();
    hole.close();
  });

  it('is replaced once the worker can be reached', async () => {
    const worker = await addWorker('tiny-0');
    const replica = { id: 'tiny-0', of: 'tiny', worker: 'w0', address: `127.0.0.1:${hole.port}` };
    const router = await addRouter(await addController(tableOf([tiny], [replica])), {}, clock);
    await untilReady(router);
    await waitFor('a connection', () => hole.sockets[0]);
    await waitFor('the worker to be lost', async () => {
      const metrics = await router.metrics();
      return metrics.includes('reason="timeout"') ? true : undefined;
    });
    await hole.turnTo(worker.address);
    assert.equal((await router.infer(relaxed)).trailers.get('pareto-variant'), 'tiny:original');
  });
});

interface Hole {
  readonly port: number;
  readonly sockets: readonly Socket[];
  /** Forwards new connections to the address. Existing ones stay silent. */
  turnTo(address: string): Promise<void>;
  close(): void;
}

/** Opens a server that accepts connections and sends nothing. */
async function openHole(): Promise<Hole> {
  const sockets: Socket[] = [];
  const listen = async (port: number, onSocket: (socket: Socket) => void): Promise<Server> => {
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      onSocket(socket);
    });
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return server;
  };
  let server = await listen(0, (socket) => socket.pause());
  const { port } = server.address() as AddressInfo;
  return {
    port,
    sockets,
    async turnTo(address) {
      server.close();
      server = await listen(port, (socket) => {
        const far = connect(Number(address.split(':')[1]), '127.0.0.1').on('error', () => undefined);
        sockets.push(far);
        socket.pipe(far).pipe(socket);
      });
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
