import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { createChannel, createRawCaller } from '@pareto/rpc';
import { waitFor } from '@pareto/testkit';
import { fails } from './support/fails.js';
import type { FakeController } from './support/fake-controller.js';
import type { FakeWorker } from './support/fake-worker.js';
import { tableOf, type ReplicaFields } from './support/rows.js';
import {
  addController,
  addRouter,
  addWorker,
  cleanUp,
  large,
  startFixture,
  tiny,
  untilReady,
} from './support/fixture.js';
import type { TestRouter } from './support/test-router.js';

/** An address at which no process listens. */
const unreachable = '127.0.0.1:9';

interface TwoControllers {
  readonly router: TestRouter;
  /** The initial leader. */
  readonly first: FakeController;
  readonly second: FakeController;
  readonly worker: FakeWorker;
  readonly replica: ReplicaFields;
}

/** Starts two controllers with the same table in different epochs. */
async function startTwo(): Promise<TwoControllers> {
  const worker = await addWorker('tiny-0', 'large-0');
  const replica = { id: 'tiny-0', of: 'tiny', worker: 'w0', address: worker.address };
  const rows = tableOf([tiny, large], [replica]);
  const [first, second] = [await addController(rows, 'e1'), await addController(rows, 'e2')];
  second.leader = first.address;
  const router = await addRouter([first, second]);
  await untilReady(router);
  await waitFor('hello', () => first.hellos[0]);
  return { router, first, second, worker, replica };
}

const helloOf = (controller: FakeController, count: number) =>
  waitFor('hello', () => controller.hellos.filter(({ acceptFollower }) => acceptFollower)[count - 1]);

async function trailersOf(call: (options: { onTrailers: (trailers: ReadonlyMap<string, string>) => void }) => unknown) {
  let trailers: ReadonlyMap<string, string> = new Map();
  await call({ onTrailers: (received) => void (trailers = received) });
  return trailers;
}

describe('a router and several controllers', function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  it('follows a new leader and keeps links, loads and held queries', async () => {
    const { router, first, second, worker, replica } = await startTwo();
    await router.infer();
    const held = router.infer({ parameters: { min_accuracy: 0.95 } });
    await waitFor('the hold', () => first.demand.find((entry) => entry.held > 0));
    second.leader = undefined;
    first.leader = second.address;
    first.depose(second.address);
    const hello = await waitFor('hello', () => second.hellos.find(({ epoch }) => epoch === 'e1'));
    assert.equal(hello.acceptFollower, false);
    await waitFor('the repeated report of the hold', () => second.demand.find((entry) => entry.held > 0));
    await router.infer();
    assert.equal(worker.link.connections, 1);
    await second.change([...tableOf([tiny, large], [replica, { ...replica, id: 'large-0', of: 'large' }])]);
    assert.equal((await held).trailers.get('pareto-variant'), 'large:original');
    assert.equal(worker.link.connections, 1);
  });

  it('uses the table of a follower until there is a new leader', async () => {
    const { router, first, second } = await startTwo();
    first.close();
    const hello = await helloOf(second, 1);
    assert.equal(hello.epoch, 'e1');
    await waitFor('a fresh table', async () =>
      (await router.infer()).trailers.has('pareto-table-age-ms') ? undefined : true,
    );
    const third = await addController(tableOf([], []), 'e3');
    second.depose(third.address);
    await waitFor('hello', () => third.hellos[0]);
    await fails(router.infer({ model: 'tiny' }), 'not-found', /tiny/);
  });

  it('tells clients no addresses of the controllers while none can be reached or none leads', async () => {
    const { router, first, second } = await startTwo();
    const { protocol } = router;
    const check = async (call: Promise<unknown>): Promise<void> => {
      const error = await call.then(
        () => assert.fail('expected an error'),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof ParetoError);
      assert.equal(error.code, 'unavailable');
      assert.doesNotMatch(error.message, /127\.0\.0\.1|:\d{2,5}/);
      assert.equal(error.details['pareto-leader'], undefined);
    };
    first.statistics = second.statistics = undefined;
    await check(protocol.modelStatistics({ name: 'tiny' }, { timeoutMs: 5_000 }));
    first.close();
    second.close();
    await check(protocol.modelStatistics({ name: 'tiny' }, { timeoutMs: 5_000 }));
    await check(protocol.repositoryModelUnload({ modelName: 'tiny' }, { timeoutMs: 5_000 }));
  });

  it('accepts the table of any controller while there is no leader', async () => {
    const { first, second } = await startTwo();
    first.leader = second.leader = '';
    first.depose('');
    const any = () => [...first.hellos, ...second.hellos].filter(({ acceptFollower }) => acceptFollower);
    await waitFor('hello', () => any()[0]);
    for (const controller of [first, second]) controller.depose(unreachable);
    await waitFor('another hello', () => any()[1]);
  });

  it('reports the table age with every answer while the controller has lost its store', async () => {
    const { router, controller } = await startFixture();
    const answers = [
      (options: object) => router.protocol.serverMetadata({}, options),
      (options: object) => router.protocol.serverReady({}, options),
      (options: object) => router.inference.whatIf({ target: 'digits' }, options),
      (options: object) => router.infer({}, options),
    ];
    for (const answer of answers.slice(0, 3))
      assert.equal((await trailersOf(answer)).has('pareto-table-age-ms'), false);
    controller.storeAgeMs = 60_000;
    await waitFor('a stale answer', async () =>
      (await router.infer()).trailers.has('pareto-table-age-ms') ? true : undefined,
    );
    for (const answer of answers.slice(0, 3)) {
      assert.ok(Number((await trailersOf(answer)).get('pareto-table-age-ms')) >= 60_000);
    }
    const [, seconds] = /^pareto_table_staleness_seconds(?:\{.*\})? ([\d.]+)$/m.exec(await router.metrics()) ?? [];
    assert.ok(Number(seconds) >= 60);
    controller.storeAgeMs = 0;
    await waitFor('a fresh answer', async () =>
      (await router.infer()).trailers.has('pareto-table-age-ms') ? undefined : true,
    );
  });
});

describe('a router that starts without a controller', () => {
  afterEach(cleanUp);

  it('rejects queries and reports that it is not ready', async () => {
    const controller = await addController(undefined);
    controller.close();
    const router = await addRouter(controller);
    await fails(router.infer(), 'unavailable', /no routing table yet/);
    assert.equal((await router.protocol.serverReady({})).ready, false);
    assert.deepEqual(await healthOf(router), notServing);
    const text = /^no routing table yet: 127\.0\.0\.1:\d+: /;
    await waitFor('a reason', async () => (text.test(await router.readyz()) ? true : undefined));
  });
});

/** An encoded HealthCheckResponse with status NOT_SERVING. */
const notServing = Buffer.from([8, 2]);

async function healthOf({ address }: TestRouter): Promise<Buffer> {
  const channel = createChannel(address);
  try {
    return (await createRawCaller(channel, '/grpc.health.v1.Health/Check')(Buffer.alloc(0))).body;
  } finally {
    channel.close();
  }
}
