import assert from 'node:assert/strict';
import { createServer, type RpcServer } from '@pareto/rpc';
import { withCluster } from '../../src/connection/connect.js';
import { observeCluster } from '../../src/dashboard/observe-cluster.js';
import { emptyDashboard, type DashboardState } from '../../src/dashboard/dashboard-state.js';
import { createFakeStorage, startFakeController, type FakeController } from '../support/fake-controller.js';
import { clock } from '../support/clock.js';

describe('observeCluster', () => {
  let controllers: FakeController[];
  let router: RpcServer;
  let routerAddress: string;
  let ready: boolean;

  beforeEach(async () => {
    const storage = createFakeStorage();
    controllers = [await startFakeController(storage), await startFakeController(storage)];
    for (const { overview, address } of controllers) Object.assign(overview, { leader: address });
    ready = true;
    router = createServer();
    router.add('inference.GRPCInferenceService', {
      serverReady: async () => ({ ready }),
      async serverMetadata(_request, call) {
        call.setTrailer('pareto-table-age-ms', '1234');
        return { name: 'pareto' };
      },
    });
    routerAddress = `127.0.0.1:${await router.listen('127.0.0.1', 0)}`;
  });
  afterEach(() => {
    for (const controller of controllers) controller[Symbol.dispose]();
    router.close();
  });

  async function observeThrough(...events: (() => void)[]): Promise<DashboardState[]> {
    const states: DashboardState[] = [];
    const controller = controllers.map(({ address }) => address);
    await withCluster({ controller, router: routerAddress }, async (clients) => {
      const options = { ...clients, clock, signal: new AbortController().signal };
      for (const event of [() => undefined, ...events]) {
        event();
        states.push(await observeCluster(states.at(-1) ?? emptyDashboard, options));
      }
    });
    return states;
  }

  const kill = (index: number) => (): void => controllers[index]?.server.close();

  it('reads from the remaining controller, and keeps the last overview if there is none', async () => {
    const [first, second, third, fourth] = await observeThrough(kill(0), kill(1), () => (ready = false));
    assert.equal(first?.overview?.leader, controllers[0]?.address);
    assert.equal(second?.overview?.leader, controllers[1]?.address);
    assert.equal(second?.outage, undefined);
    assert.equal(third?.overview, second?.overview);
    assert.equal(third?.seenAt, second?.seenAt);
    assert.equal(fourth?.outage?.since, third?.outage?.since);
    assert.match(third?.outage?.reason ?? '', /^no controller is reachable at /);
    assert.deepEqual(third?.outage?.router, { kind: 'serves', tableAgeMs: 1234 });
    assert.deepEqual(fourth?.outage?.router, { kind: 'not ready' });
  });

  it('reports an unreachable router', async () => {
    router.close();
    const states = await observeThrough(kill(0), kill(1));
    assert.deepEqual(states.at(-1)?.outage?.router, { kind: 'unreachable' });
  });
});
