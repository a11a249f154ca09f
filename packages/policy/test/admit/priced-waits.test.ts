import assert from 'node:assert/strict';
import { fallbackObjective, hardwareClassId, milliseconds, type CongestionPrices, type Objective } from '@pareto/core';
import { createPricedWaits, type PricedWaits } from '../../src/admit/priced-waits.js';
import { missedParts, nextMissPrice } from '../../src/cost/miss-prices.js';
import { defaultAdmitParams } from '../../src/index.js';

const cpu = hardwareClassId('cpu');
const batches = 4;
/** An item takes 10 ms: a millionth of the price of an hour, in units of 2.78. */
const itemMs = 10;
/** Returns prices at which the time of an item costs so many times as much as an answer is worth. */
const pricesAt = (times: number): CongestionPrices => ({
  ...{ usdPerHour: { [cpu]: (times * 3_600_000) / itemMs }, accuracyUsd: 0, missUsd: 1 },
});
const objective = { ...fallbackObjective, latencyMs: milliseconds(200) };
const { shortMs } = defaultAdmitParams;
const at = { candidate: { hardwareClass: cpu } };
const createCalm = (): PricedWaits => createPricedWaits({ ...defaultAdmitParams, maxDearBatches: batches });
/** Creates the limits of a router that had too little time on the slots for a query of another task. */
function create(): PricedWaits {
  const waits = createCalm();
  waits.record({ task: 'other', objective }, at, { isRejected: true, isShort: true }, 0);
  return waits;
}

interface Asked {
  readonly task?: string;
  readonly own?: Objective;
  readonly batchMs?: number;
  readonly on?: string;
  readonly now?: number;
}
const limitOf = (waits: PricedWaits, congestion: CongestionPrices | undefined, fields: Asked = {}): number => {
  const { task = 'digits', own = objective, batchMs = 40, on = cpu, now = 0 } = fields;
  const place = { candidate: { hardwareClass: hardwareClassId(on) }, batchMs, itemMs };
  return waits.maxWaitBatches({ task, objective: own, congestion }, place, now);
};
/** Records a hundred queries of the class, of which so many are rejected. */
function reject(waits: PricedWaits, rejected: number, congestion: CongestionPrices | undefined, now = 0): void {
  for (let query = 0; query < 100; query++)
    waits.record({ task: 'digits', objective, congestion }, at, { isRejected: query < rejected, isShort: false }, now);
}

describe('waits while slots are short', () => {
  it('are limited where the time of a slot costs more than the first part of misses', () => {
    const first = missedParts[0]?.price ?? NaN;
    assert.equal(limitOf(create(), pricesAt(0.9 * first)), Infinity);
    assert.equal(limitOf(create(), pricesAt(1.1 * first)), batches);
    assert.equal(limitOf(create(), pricesAt(1.1 * first), { on: 'gpu' }), Infinity, 'the class is not short');
    assert.equal(limitOf(create(), undefined), Infinity);
    assert.equal(limitOf(create(), { ...pricesAt(9), missUsd: 0 }), Infinity, 'an older controller states no worth');
  });

  it('are not limited unless the slots were too few for a query lately, whatever the demand that is planned for', () => {
    const calm = createCalm();
    reject(calm, 100, pricesAt(9));
    assert.equal(limitOf(calm, pricesAt(99)), Infinity, 'only these limits rejected queries');
    const prices = pricesAt(9);
    assert.equal(limitOf(create(), prices, { now: shortMs }), batches);
    assert.equal(limitOf(create(), prices, { now: shortMs + 1 }), Infinity);
    assert.deepEqual(
      [shortMs, shortMs + 1].map((now) => create().isShort(cpu, prices, now)),
      [true, false],
    );
  });

  it('are limited less the more of the same class was rejected lately', () => {
    const [waits, prices] = [create(), pricesAt(0.7)];
    const limitAfter = (rejected: number): number => {
      const own = create();
      reject(own, rejected, prices);
      return limitOf(own, prices);
    };
    assert.deepEqual([0, 15, 25].map(limitAfter), [batches, batches, Infinity]);
    reject(waits, 25, prices);
    assert.equal(limitOf(waits, prices, { task: 'words' }), batches);
    assert.equal(limitOf(waits, prices, { own: { ...objective, latencyMs: milliseconds(900) } }), batches);
    assert.equal(limitOf(waits, prices, { own: { ...objective, minAccuracy: 0.9 } }), batches);
    assert.equal(limitOf(waits, prices, { now: 3_000 }), batches, 'two seconds later');
    reject(waits, 100, undefined, 6_000);
    assert.equal(limitOf(waits, prices, { now: 6_000 }), batches, 'queries do not count while slots suffice');
  });

  it('are as long as those of longer batches for batches of few milliseconds', () => {
    const { minBatchMs } = defaultAdmitParams.shares;
    assert.equal(limitOf(create(), pricesAt(9), { batchMs: minBatchMs / 5 }), 5 * batches);
  });
});

describe('nextMissPrice', () => {
  it('is that of the part that is missed next', () => {
    const prices = missedParts.map(({ price }) => price);
    assert.deepEqual([0, 0.15, 0.3, 0.5, 1].map(nextMissPrice), [...prices, prices.at(-1)]);
  });
});
