import assert from 'node:assert/strict';
import { fallbackObjective, hardwareClassId, milliseconds, workerId, type Objective } from '@pareto/core';
import { createClassShares, defaultShareParams } from '../../src/admit/class-shares.js';
import type { Slots } from '../../src/route/slot-shares.js';

const objective = (latencyMs: number): Objective => ({ ...fallbackObjective, latencyMs: milliseconds(latencyMs) });
const slotsOf = (worker: string): Slots => ({ worker: workerId(worker), hardwareClass: hardwareClassId('cpu') });
let slots: Slots;
const never = -1;
/** The strictest limit, in batches. */
const limited = Math.min(...defaultShareParams.limits.map(({ maxWaitBatches }) => maxWaitBatches));
/** A wait at candidate 0, whose batches take 10 ms. */
const waiting = (batches: number, candidate = 0) => ({ candidate, waitMs: 10 * batches, batchMs: 10, itemMs: 10 });
/** Each candidate waits for as many batches as its index. */
const waitMsOf = (candidate: number): number => 10 * candidate;
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
      shares.record(slots, 'digits', each, { items: 1, isAdmitted, ...waiting(3) }, now);
    }
  }
}

describe('the shares of classes', () => {
  beforeEach(() => {
    slots = slotsOf('w');
  });

  it('limit the wait of the class that got more than its share, the more the further it is above', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    offer(shares, 0, 1000, [0.5, 0.5]);
    assert.deepEqual(
      [
        shares.maxWaitBatches(slots, 'digits', tight, waiting(0), 1000),
        shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 1000),
      ],
      [Infinity, Infinity],
    );
    offer(shares, 1000, 2000, [0.2, 0.9]);
    assert.deepEqual(
      [
        shares.maxWaitBatches(slots, 'digits', tight, waiting(0), 2000),
        shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 2000),
      ],
      [Infinity, limited],
    );
    assert.equal(shares.maxWaitBatches(slots, 'other', loose, waiting(0), 2000), Infinity);
  });

  it('count the last second only', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    offer(shares, 0, 1000, [0.2, 0.9]);
    offer(shares, 1000, 2500, [0.9, 0.9]);
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 2500), Infinity);
    assert.equal(
      shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 9000),
      Infinity,
      'no other class is offered any more',
    );
  });

  it('limit no class while queries do not wait for long and none is rejected', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    for (let now = 0; now < 1000; now += 10) {
      const waitBatches = now % 100 === 0 ? 0 : 3;
      shares.record(slots, 'digits', loose, { items: 1, isAdmitted: true, ...waiting(waitBatches) }, now);
    }
    const reject = () => shares.record(slots, 'digits', tight, { items: 1, isAdmitted: false, ...waiting(0) }, 1000);
    reject();
    assert.equal(
      shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 1001),
      Infinity,
      'a single query says nothing about a share',
    );
    reject();
    reject();
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 1001), limited, 'queries were rejected');
    shares.record(slots, 'digits', tight, { items: 1, isAdmitted: true, ...waiting(0) }, 2050);
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 2060), Infinity);
  });

  it('do not limit a single class', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    for (let now = 0; now < 1000; now += 10) {
      shares.record(slots, 'digits', loose, { items: 1, isAdmitted: now % 20 === 0, ...waiting(9) }, now);
    }
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 1000), Infinity);
  });

  it('are those of the slots that tasks share, and of no others', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    for (let now = 0; now < 1000; now += 10) {
      shares.record(slots, 'a', tight, { items: 1, isAdmitted: true, ...waiting(0, 0) }, now);
      shares.record(slots, 'b', tight, { items: 1, isAdmitted: now % 20 === 0, ...waiting(3, 3) }, now);
      shares.record(slotsOf('x'), 'a', tight, { items: 1, isAdmitted: true, ...waiting(0, 0) }, now);
    }
    const limitOf = (worker: string, task: string, candidate: number) =>
      shares.maxWaitBatches(slotsOf(worker), task, tight, waiting(0, candidate), 1000);
    assert.deepEqual(
      [limitOf('w', 'a', 0), limitOf('w', 'a', 3), limitOf('w', 'b', 3), limitOf('x', 'a', 0)],
      [never, limited, Infinity, Infinity],
    );
  });

  it('weigh queries by their items', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    for (let now = 0; now < 1000; now += 10) {
      shares.record(slots, 'digits', loose, { items: 8, isAdmitted: true, ...waiting(3) }, now);
      shares.record(slots, 'digits', loose, { items: 1, isAdmitted: false, ...waiting(3) }, now);
      shares.record(slots, 'digits', tight, { items: 1, isAdmitted: now % 100 !== 0, ...waiting(3) }, now);
    }
    assert.equal(
      shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 1000),
      Infinity,
      '8 of 9 items, as of the other class',
    );
  });

  it('count a query that a worker refused as admitted only if it is sent again', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    offer(shares, 0, 1000, [0.9, 0.9]);
    const limit = () => shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 1000);
    assert.equal(limit(), Infinity);
    for (let i = 0; i < 50; i++) shares.admit(slots, 'digits', tight, -1, 1000);
    assert.equal(limit(), limited);
    for (let i = 0; i < 50; i++) shares.admit(slots, 'digits', tight, 1, 1000);
    assert.equal(limit(), Infinity);
  });

  it('limit the others of a class of which workers refused more than was admitted in the last second', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    offer(shares, 0, 1000, [0.2, 0.9]);
    for (let i = 0; i < 50; i++) shares.admit(slots, 'digits', tight, -1, 1000);
    assert.equal(shares.maxWaitBatches(slots, 'digits', loose, waiting(0), 1000), limited);
  });

  it('do not limit a class that takes less of the slots than the one that is rejected', () => {
    const shares = createClassShares(waitMsOf, defaultShareParams);
    for (let now = 0; now < 1000; now += 10) {
      const isAdmitted = now % 50 === 0;
      for (let i = 0; i < 9; i++) shares.record(slots, 'flood', tight, { items: 1, isAdmitted, ...waiting(3, 3) }, now);
      if (now % 100 === 0) shares.record(slots, 'quiet', tight, { items: 1, isAdmitted: true, ...waiting(0) }, now);
    }
    assert.equal(shares.maxWaitBatches(slots, 'quiet', tight, waiting(0), 1000), Infinity);
  });

  it('do not limit a class that hardly takes time of the slots, however little another one gets', () => {
    const limitOf = (items: number): number => {
      const shares = createClassShares(() => 100, defaultShareParams);
      const short = (candidate: number) => ({ candidate, waitMs: 100, batchMs: 0.1, itemMs: 0.1 });
      for (let now = 0; now < 1000; now += 10) {
        shares.record(slots, 'few', loose, { items, isAdmitted: true, ...short(0) }, now);
        shares.record(slots, 'flood', tight, { items: 9, isAdmitted: now === 0, ...short(1) }, now);
      }
      return shares.maxWaitBatches(slots, 'few', loose, short(0), 1000);
    };
    assert.equal(limitOf(1), Infinity, '10 ms in a second');
    assert.ok(limitOf(4) < 0, '40 ms');
  });

  it('let classes of short batches wait for some milliseconds', () => {
    const shares = createClassShares(() => 1, defaultShareParams);
    const short = (waitMs: number, candidate: number) => ({ candidate, waitMs, batchMs: 0.1, itemMs: 0.1 });
    for (let now = 0; now < 1000; now += 10) {
      shares.record(slots, 'a', tight, { items: 4, isAdmitted: true, ...short(1, 0) }, now);
      shares.record(slots, 'b', tight, { items: 4, isAdmitted: now % 20 === 0, ...short(1, 1) }, now);
    }
    const limitMs = limited * defaultShareParams.minBatchMs;
    assert.ok(Math.abs(0.1 * shares.maxWaitBatches(slots, 'a', tight, short(0, 0), 1000) - limitMs) < 1e-9);
  });
});
