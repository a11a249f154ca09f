import assert from 'node:assert/strict';
import type { ClairvoyantInput } from '../../../src/baselines/clairvoyant/demand/count-demand.js';
import { boundCost } from '../../../src/baselines/clairvoyant/relaxed/bound-cost.js';
import { buildProfile, buildStream, buildVariant } from './support/build-input.js';
import { limits, openSolver } from '../support/open-solver.js';

const round = (usd: number): number => Math.round(usd * 1e9) / 1e9;

describe('boundCost', () => {
  const solver = openSolver();
  after(() => solver.close());

  /**
   * Two windows of 10 s. A slot second costs 0.001 USD on `cpu` and 0.006 USD on `gpu`.
   *
   * - `small` (accuracy 0.7): on `cpu` 10 ms alone and 20 ms in a batch of 4, that is 5 ms per query; on `gpu` 1 ms per query.
   * - `large` (accuracy 0.9): on `cpu` 40 ms; on `gpu` 4 ms.
   *
   * Per query: `small` costs 5e-6 USD on `cpu` and 6e-6 USD on `gpu`, `large` 40e-6 and 24e-6.
   * The 20 ms of an objective allow the batch of 4 and exclude `large` on `cpu`.
   */
  const registry: ClairvoyantInput['registry'] = {
    tasks: [{ name: 'digits' }],
    variants: [
      buildVariant('small', 0.7, buildProfile('cpu', { 1: 10, 4: 20 }), buildProfile('gpu', { 1: 1 })),
      buildVariant('large', 0.9, buildProfile('cpu', { 1: 40 }), buildProfile('gpu', { 1: 4 })),
    ],
  };
  const workers = (hardwareClass: string, slots: number): ClairvoyantInput['fleet']['workers'][number] => ({
    ...{ hardwareClass, count: 1, slots, memoryMib: 1_000 },
  });
  const fleet = {
    classes: [
      { name: 'cpu', usdPerSlotHour: 3.6 },
      { name: 'gpu', usdPerSlotHour: 21.6 },
    ],
    workers: [workers('cpu', 2), workers('gpu', 1)],
  };

  it('serves each query where it is cheapest', async () => {
    const streams = [buildStream([1_000, 500], 20), buildStream([100, 0], 20, 0.8)];
    const bound = await boundCost(solver, { registry, fleet, demand: { windowMs: 10_000, streams } }, limits, {
      missedShare: 0,
    });
    // 1,500 queries x 5e-6 USD and 100 x 24e-6 USD.
    assert.deepEqual(bound.usdByWindow.map(round), [0.0074, 0.0025]);
    assert.equal(round(bound.usd), 0.0099);
    assert.equal(bound.attainment, 1);
  });

  it('misses the most expensive queries first, over all windows', async () => {
    const streams = [buildStream([1_000, 500], 20), buildStream([100, 0], 20, 0.8)];
    const bound = await boundCost(solver, { registry, fleet, demand: { windowMs: 10_000, streams } }, limits);
    // 1 % of 1,600 queries: 16 x 24e-6 USD less, all in the first window.
    assert.deepEqual(bound.usdByWindow.map(round), [round(0.0074 - 16 * 24e-6), 0.0025]);
    assert.equal(bound.attainment, 0.99);
  });

  it('uses the next class when the slots of the cheapest are full', async () => {
    // 2 slots for 10 s and 20 ms, in which late queries may be answered: 20.04 s. They answer 4,008 queries in 5 ms each.
    const streams = [buildStream([5_000], 20)];
    const bound = await boundCost(solver, { registry, fleet, demand: { windowMs: 10_000, streams } }, limits, {
      missedShare: 0,
    });
    assert.equal(round(bound.usd), round(4_008 * 5e-6 + 992 * 6e-6));
  });

  it('states the largest attainment if the fleet is too small', async () => {
    // `large` fits on `gpu` alone: 10.02 s / 4 ms = 2,505 queries of 3,000.
    const streams = [buildStream([3_000], 20, 0.8)];
    const bound = await boundCost(solver, { registry, fleet, demand: { windowMs: 10_000, streams } }, limits);
    assert.equal(Math.round(bound.attainment * 1e6), Math.round((2_505 / 3_000) * 1e6));
    assert.equal(Math.round(bound.usd * 1e5), Math.round(2_505 * 24e-6 * 1e5));
  });

  it('answers nothing that no variant can answer', async () => {
    const streams = [buildStream([10], 20, 0.95)];
    const input = { registry, fleet, demand: { windowMs: 10_000, streams } };
    assert.deepEqual(await boundCost(solver, input, limits), { usd: 0, attainment: 0, usdByWindow: [0] });
  });
});
