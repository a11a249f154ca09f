import assert from 'node:assert/strict';
import { withController } from '../../src/connection/connect.js';
import { listRouters } from '../../src/connection/list-routers.js';
import { createFakeStorage, startFakeController } from '../support/fake-controller.js';
import { fakeOverview } from '../support/fake-overview.js';

describe('listRouters', () => {
  it('has the routers of the leader and of the controllers on standby', async () => {
    const storage = createFakeStorage();
    using leader = await startFakeController(storage);
    using standby = await startFakeController(storage);
    const routers = ['r1', 'r2'].map((routerId) => ({ routerId, address: `${routerId}:1` }));
    const controllers = [leader.address, standby.address, leader.address, '127.0.0.1:1'];
    leader.overview = fakeOverview({ leader: leader.address, controllers, routers: routers.slice(0, 1) });
    standby.overview = fakeOverview({ leader: '', controllers, routers });
    const endpoints = { controller: [leader.address], router: 'r:1' };
    const { signal } = new AbortController();
    const listed = await withController(endpoints, async (clients) =>
      listRouters(clients, await clients.fleet.overview({}), signal),
    );
    assert.deepEqual(
      listed.map(({ routerId, controller }) => [routerId, controller]),
      [
        ['r1', leader.address],
        ['r2', standby.address],
      ],
    );
  });
});
