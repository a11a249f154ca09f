import assert from 'node:assert/strict';
import { allocate } from '../../../src/baselines/accuracy-scaling/allocate.js';
import { openSolver } from '../support/open-solver.js';
import { objective, problemOn } from '../support/scaling.js';
import { workersOn } from '../support/small-cluster.js';

describe('allocate', () => {
  const solver = openSolver();
  after(() => solver.close());
  const two = [workersOn('cpu', 2, 1)];

  it('serves all with the most accurate variant as long as the slots suffice', async () => {
    // 50/s are two replicas of large with 25/s each.
    assert.deepEqual(await allocate(solver, problemOn(two, [50]), 'inaccuracy'), { replicas: [0, 2], unmet: 0 });
  });
  it('steps down to the accuracy at which the slots suffice', async () => {
    // One large serves 25/s, and one small the other 35.
    assert.deepEqual(await allocate(solver, problemOn(two, [60]), 'inaccuracy'), { replicas: [1, 1], unmet: 0 });
    assert.deepEqual(await allocate(solver, problemOn(two, [130]), 'inaccuracy'), { replicas: [2, 0], unmet: 0 });
  });
  it('serves as many queries as the slots can', async () => {
    const { replicas, unmet } = await allocate(solver, problemOn(two, [230]), 'inaccuracy');
    assert.deepEqual([replicas, Math.round(unmet)], [[2, 0], 30]);
  });
  it('serves nothing without workers', async () =>
    assert.deepEqual(await allocate(solver, problemOn([], [2, 3]), 'price'), { replicas: [], unmet: 5 }));
  it('keeps accuracy floors', async () => {
    // The floor needs 40 / 25 = 1.6 replicas of large, whose other .4 serve 10 of the 15/s without one.
    const objectives = [objective(200, 0.8), objective(200)];
    const three = [workersOn('cpu', 3, 1)];
    const { replicas } = await allocate(solver, problemOn(three, [40, 15], objectives), 'inaccuracy');
    assert.deepEqual(replicas, [0, 3]);
    // Two large ones serve the 40/s and 10 of the 15/s. With a small one instead, 25 of the 40/s would be served.
    const fewer = await allocate(solver, problemOn(two, [40, 15], objectives), 'inaccuracy');
    assert.deepEqual([fewer.replicas, Math.round(fewer.unmet)], [[0, 2], 5]);
  });
  it('uses the fewest servers', async () => {
    // 30/s fit on one slot of small. A server has 2 slots, so that 250/s need 2 servers.
    const servers = [workersOn('cpu', 4, 2)];
    assert.deepEqual((await allocate(solver, problemOn(servers, [30]), 'price')).replicas, [1, 0]);
    const { replicas } = await allocate(solver, problemOn(servers, [250]), 'price');
    assert.ok(replicas.reduce((sum, count) => sum + count, 0) <= 4, replicas.join());
  });
  it('keeps the replicas that there are, if others are no better', async () => {
    const alike = problemOn([workersOn('cpu', 1, 1), workersOn('cpu', 1, 2)], [20]);
    for (const kept of [1, 3]) {
      const running = alike.options.map((_, option) => (option === kept ? 1 : 0));
      assert.deepEqual((await allocate(solver, { ...alike, running }, 'inaccuracy')).replicas, running);
    }
  });
});
