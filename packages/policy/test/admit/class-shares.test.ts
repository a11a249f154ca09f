import assert from 'node:assert/strict';
import { fallbackObjective, hardwareClassId, milliseconds, workerId, type Objective } from '@pareto/core';
import { createClassShares } from '../../src/admit/class-shares.js';

const objective = (latencyMs: number): Objective => ({ ...fallbackObjective, latencyMs: milliseconds(latencyMs) });
const slots = { worker: workerId('w'), hardwareClass: hardwareClassId('cpu') };
const never = -1;
const [tight, loose] = [objective(60), objective(400)];

/** Records queries of both classes, evenly from `from` to `to`, each admitted with its own probability. */
function offer(
  shares: ReturnType<typeof createClassShares>,
  from: number,
  to: number,
  admitted: readonly [number, number],
) {
  for (let now = from; now < to; now += 10) {
    for (const [index, each] of [tight, loose].entries()) {
      const isAdmitted = ((now / 10) % 10) / 10 < (admitted[index] ?? 0);
      shares.record(slots, 'digits', each, { items: 1, isAdmitted, waitBatches: 3 }, now);
    }
  }
}

describe('the shares of classes', () => {
  it('limit the wait of the class that got more than its share, the more the further it is above', () => {
    const shares = createClassShares();
    offer(shares, 0, 1000, [0.5, 0.5]);
    assert.deepEqual(
      [shares.maxWaitBatches(slots, 'digits', tight, 1000), shares.maxWaitBatches(slots, 'digits', loose, 1000)],
      [Infinity, Infinity],
    );
    offer(shares, 1000, 2000, [0.2, 0.9]);
    assert.deepEqual(
      [shares.maxWaitBatches(slots, 'digits', tight, 2000), shares.maxWaitBatches(slots, 'digits', loose, 2000)],
      [Infinity, never],
    );
    shares.record(slots, 'digits', tight, { items: 1, isAdmitted: false, waitBatches: 0 }, 2000);
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, 2000), 0.5, 'the other class does not wait now');
    assert.equal(shares.maxWaitBatches(slots, 'other', loose, 2000), Infinity);
  });

  it('count the last second only', () => {
    const shares = createClassShares();
    offer(shares, 0, 1000, [0.2, 0.9]);
    offer(shares, 1000, 2500, [0.9, 0.9]);
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, 2500), Infinity);
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, 9000), Infinity, 'no other class is offered any more');
  });

  it('limit no class while queries do not wait for long and none is rejected', () => {
    const shares = createClassShares();
    for (let now = 0; now < 1000; now += 10) {
      const waitBatches = now % 100 === 0 ? 0 : 3;
      shares.record(slots, 'digits', loose, { items: 1, isAdmitted: true, waitBatches }, now);
    }
    const reject = () => shares.record(slots, 'digits', tight, { items: 1, isAdmitted: false, waitBatches: 0 }, 1000);
    reject();
    assert.equal(
      shares.maxWaitBatches(slots, 'digits', loose, 1001),
      Infinity,
      'a single query says nothing about a share',
    );
    reject();
    reject();
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, 1001), 0.5, 'queries were rejected');
    shares.record(slots, 'digits', tight, { items: 1, isAdmitted: true, waitBatches: 0 }, 2050);
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, 2060), Infinity);
  });

  it('do not limit a single class', () => {
    const shares = createClassShares();
    for (let now = 0; now < 1000; now += 10) {
      shares.record(slots, 'digits', loose, { items: 1, isAdmitted: now % 20 === 0, waitBatches: 9 }, now);
    }
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, 1000), Infinity);
  });

  it('are those of the slots that tasks share, and of no others', () => {
    const shares = createClassShares();
    for (let now = 0; now < 1000; now += 10) {
      shares.record(slots, 'a', tight, { items: 1, isAdmitted: true, waitBatches: 3 }, now);
      shares.record(slots, 'b', tight, { items: 1, isAdmitted: now % 20 === 0, waitBatches: 3 }, now);
      shares.record(
        { ...slots, worker: workerId('x') },
        'a',
        tight,
        { items: 1, isAdmitted: true, waitBatches: 3 },
        now,
      );
    }
    const limitOf = (worker: string, task: string) =>
      shares.maxWaitBatches({ ...slots, worker: workerId(worker) }, task, tight, 1000);
    assert.deepEqual([limitOf('w', 'a'), limitOf('w', 'b'), limitOf('x', 'a')], [never, Infinity, Infinity]);
  });

  it('weigh queries by their items', () => {
    const shares = createClassShares();
    for (let now = 0; now < 1000; now += 10) {
      shares.record(slots, 'digits', loose, { items: 8, isAdmitted: true, waitBatches: 3 }, now);
      shares.record(slots, 'digits', loose, { items: 1, isAdmitted: false, waitBatches: 3 }, now);
      shares.record(slots, 'digits', tight, { items: 1, isAdmitted: now % 100 !== 0, waitBatches: 3 }, now);
    }
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, 1000), Infinity, '8 of 9 items, as of the other class');
  });
});
