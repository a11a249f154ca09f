// The price of congestion, next to the duals of the linear program that it solves.

import assert from 'node:assert/strict';
import { hardwareClassId, milliseconds, systemClock, type CongestionPrices } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { createSolver } from '@pareto/solver';
import { buildHardwareClass } from '@pareto/testkit';
import { congestionPrices } from '../../src/place/congestion/congestion-prices.js';
import { createContext, type PlanningContext } from '../../src/place/context/context.js';
import { formulate } from '../../src/place/solve/formulate.js';
import { defaultSolveParams } from '../../src/place/solve/solve-params.js';
import { defaultPlacementParams, type Demand } from '../../src/snapshot/snapshot.js';
import { alsoOn, cpu, snapshot, variant, worker } from '../support/fixture.js';

const fast = buildHardwareClass({ device: 'fast', instructionSet: 'avx2' });
const small = alsoOn(variant('a:int8', { p50Ms: 10, accuracy: 0.8, memoryMib: 100 }), fast, 0.2);
const big = alsoOn(variant('b:original', { p50Ms: 40, accuracy: 0.9, memoryMib: 300 }), fast, 0.125);
const params = { ...defaultSolveParams, reserve: 0 };

/** The fleet has four slots of the one class, and two of the other. */
const contextFor = (demand: readonly Demand[]): PlanningContext =>
  contextIn(
    snapshot({
      ...{ variants: [small, big], prices: { [cpu.id]: 0.1, [fast.id]: 1 }, demand },
      workers: [worker('w1', 8_000, { slots: 4 }), worker('w2', 8_000, { classes: [fast], slots: 2 })],
    }),
  );
const contextIn = (of: PlanningContext['snapshot']): PlanningContext => createContext(of, defaultPlacementParams);

/** Clients who prefer accuracy. */
const preferring = (itemsPerSecond: number): Demand => ({
  ...{ variants: [big.variant.id, small.variant.id], latencyMs: milliseconds(1_000), itemsPerSecond },
  prefersAccuracy: true,
});
/** Clients with a floor that only the large variant reaches. */
const above = (itemsPerSecond: number): Demand => ({
  ...{ variants: [big.variant.id], latencyMs: milliseconds(1_000), itemsPerSecond },
});

const pricesFor = (...demand: readonly Demand[]): CongestionPrices | undefined =>
  congestionPrices(contextFor(demand), params, undefined);

/** Returns the duals of the slots of the relaxation, by class. */
async function dualsFor(...demand: readonly Demand[]): Promise<ReadonlyMap<string, number>> {
  await using solver = createSolver({ isolation: environmentOnly, clock: systemClock });
  const { program, kinds, used } = formulate(contextFor(demand), params) ?? assert.fail('the fleet is small');
  const columns = program.columns.map((column) => ({ ...column, isInteger: false }));
  const outcome = await solver.solve({ ...program, columns }, { cpuMs: 10_000, wallMs: 10_000 });
  assert.ok(outcome.status === 'optimal' && outcome.duals !== undefined);
  const { duals } = outcome;
  return new Map(
    kinds.flatMap(({ groups }, index) =>
      groups.map(({ hardwareClass, slots }) => {
        const each = -defaultPlacementParams.targetUtilisation * slots;
        const row = program.rows.findIndex(
          (one) => one.columns[0] === used[index] && Math.abs((one.coefficients[0] ?? 0) - each) < 1e-9,
        );
        return [hardwareClass, Math.max(0, -(duals[row] ?? NaN))] as const;
      }),
    ),
  );
}

describe('congestionPrices', () => {
  it('has none while the slots suffice', () => {
    assert.equal(pricesFor(), undefined);
    assert.equal(pricesFor(preferring(10), above(10)), undefined);
  });

  it('is what the relaxation says that a slot is worth, where accuracy is lost and where demand is missed', async () => {
    // The choice between options that cost nearly the same is softened, and these prices span five orders of magnitude.
    for (const demand of [[preferring(400)], [preferring(300), above(150)], [preferring(900), above(300)]]) {
      const [prices, duals] = [pricesFor(...demand), await dualsFor(...demand)];
      assert.ok(prices !== undefined);
      assert.ok([...duals.values()].some((usd) => usd > 0));
      for (const [id, usd] of duals) {
        const price = prices.usdPerHour[hardwareClassId(id)] ?? 0;
        assert.ok(price > usd / 1.7 && price < usd * 1.7, `${id}: ${price} next to ${usd}`);
      }
    }
  });

  it('does not count the slots beyond a budget', () => {
    const context = contextFor([above(300)]);
    const workers = context.snapshot.workers.map((one) => ({ ...one, isBeyondBudget: one.info.id === 'w1' }));
    const [all = 0, affordable = 0] = [context, { ...context, snapshot: { ...context.snapshot, workers } }].map(
      (one) => congestionPrices(one, params, undefined)?.usdPerHour[fast.id],
    );
    assert.ok(affordable > 10 * all, `${affordable} next to ${all}`);
  });

  it('follows slowdowns, prices, workers and parameters, although the variants and the demand are the same', () => {
    const demand = [preferring(400), above(150)];
    const { snapshot: before } = contextFor(demand);
    const [first] = before.workers;
    if (first === undefined) assert.fail('there are workers');
    const changes: readonly Partial<PlanningContext['snapshot']>[] = [
      { slowdowns: new Map([[small.variant.id, 2]]) },
      { prices: { [cpu.id]: 0.3, [fast.id]: 1 } },
      { workers: [first] },
      {},
    ];
    for (const change of changes) {
      const known = contextIn({ ...before, ...change });
      const fresh = contextIn({ ...before, ...change, demand: structuredClone(demand) });
      assert.deepEqual(congestionPrices(known, params, undefined), congestionPrices(fresh, params, undefined));
    }
    const accurate = { ...params, accuracyFactor: 2 * params.accuracyFactor };
    const fresh = contextIn({ ...before, demand: structuredClone(demand) });
    const known = congestionPrices(contextIn(before), accurate, undefined);
    assert.deepEqual(known, congestionPrices(fresh, accurate, undefined));
    assert.notDeepEqual(known, congestionPrices(fresh, params, undefined));
  });

  it('stays the same object while it hardly changes, and starts from the last prices', () => {
    const before = pricesFor(above(600)) ?? assert.fail('the slots do not suffice');
    assert.equal(congestionPrices(contextFor([above(602)]), params, before), before);
    assert.notEqual(congestionPrices(contextFor([preferring(400)]), params, before), before);
    assert.equal(congestionPrices(contextFor([above(1)]), params, before), undefined);
  });
});
