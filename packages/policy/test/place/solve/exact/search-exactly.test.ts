// Small fleets that are searched, next to the optimum of HiGHS.

import assert from 'node:assert/strict';
import { milliseconds, systemClock } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { createSolver } from '@pareto/solver';
import { buildHardwareClass } from '@pareto/testkit';
import fc from 'fast-check';
import { createContext } from '../../../../src/place/context/context.js';
import { searchExactly } from '../../../../src/place/solve/exact/search-exactly.js';
import { formulate, type Formulated } from '../../../../src/place/solve/formulate.js';
import { defaultSolveParams } from '../../../../src/place/solve/solve-params.js';
import { defaultPlacementParams } from '../../../../src/snapshot/snapshot.js';
import { cpu, replica, snapshot, task, variant, worker, type SnapshotFields } from '../../../support/fixture.js';

const limits = { maxSlots: 16, maxNodes: 1_000, maxWork: 20_000_000 };

const fleets = fc.record({
  variants: fc.array(
    fc.record({
      p50Ms: fc.integer({ min: 2, max: 80 }),
      memoryMib: fc.integer({ min: 30, max: 600 }),
      accuracy: fc.integer({ min: 50, max: 99 }).map((n) => n / 100),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  /** Kinds of workers with up to eight slots together. */
  kinds: fc.array(
    fc.record({
      memory: fc.integer({ min: 200, max: 3_000 }),
      slots: fc.integer({ min: 1, max: 4 }),
      count: fc.integer({ min: 1, max: 2 }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  demand: fc.array(
    fc.record({
      task: fc.nat({ max: 1 }),
      latencyMs: fc.integer({ min: 20, max: 2_000 }).map(milliseconds),
      itemsPerSecond: fc.integer({ min: 1, max: 1_000 }).map((n) => n / 10),
      prefersAccuracy: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  loaded: fc.array(fc.nat({ max: 7 }), { maxLength: 3 }),
  price: fc.constantFrom(0, 0.05, 1),
  releasesHosts: fc.boolean(),
});

const fleet = { price: 0.05, releasesHosts: false } as const;

/** Formulates a fleet of two tasks, whose variants alternate. */
function formulateFleet({
  variants: specs,
  kinds,
  demand,
  ...rest
}: typeof fleets extends fc.Arbitrary<infer T> ? T : never): Formulated {
  const variants = specs.map((fields, index) => variant(`v${index}:original`, { ...fields, task: `t${index % 2}` }));
  const workers = kinds.flatMap(({ memory, slots, count }, kind) =>
    Array.from({ length: count }, (_, index) => worker(`w${kind}-${index}`, memory, { slots })),
  );
  const fields: SnapshotFields = {
    ...{ tasks: [task('t0'), task('t1')], variants, workers, prices: { [cpu.id]: rest.price } },
    replicas: rest.loaded
      .filter((index) => index < variants.length)
      .map((index, at) => replica(`r${at}`, `v${index}:original`, 'w0-0')),
    demand: demand.flatMap(({ task: of, ...one }) => {
      const [first, ...others] = variants.filter((_, index) => index % 2 === of).map(({ variant: { id } }) => id);
      return first === undefined ? [] : [{ ...one, variants: [first, ...others] as const }];
    }),
  };
  const context = createContext(snapshot(fields), { ...defaultPlacementParams, releasesHosts: rest.releasesHosts });
  return formulate(context, defaultSolveParams) ?? assert.fail('the fleet is small');
}

describe('searchExactly', () => {
  const solver = createSolver({ isolation: environmentOnly, clock: systemClock });
  after(() => solver.close());

  it('does not give all scarce slots to the demand whose items take the least time', () => {
    const kinds = [{ memory: 1_000, slots: 1, count: 2 }];
    const variants = [10, 20].map((p50Ms) => ({ p50Ms, memoryMib: 100, accuracy: 0.9 }));
    const each = { latencyMs: milliseconds(1_000), itemsPerSecond: 100, prefersAccuracy: false };
    const demand = [0, 1].map((of) => ({ task: of, ...each }));
    const solution = searchExactly(formulateFleet({ ...fleet, loaded: [], kinds, variants, demand }), limits);
    const answered = solution?.shares.map(({ items }) =>
      [...items.values()].reduce((sum, { perSecond }) => sum + perSecond, 0),
    );
    // The slots have 1.4 s of time in a second. All items of the first take 1.1 s with the reserve, and those of the second 2.2 s.
    const [first = NaN, second = NaN] = answered ?? [];
    assert.ok(first > 60 && first < 90 && second > 25, `answers ${first}/s and ${second}/s`);
  });

  it('finds the optimum of HiGHS', async function () {
    this.timeout(180_000); // The solver has the lowest priority, and waits for everything else on a busy machine.
    let searched = 0;
    await fc.assert(
      fc.asyncProperty(fleets, async (fleet) => {
        const formulated = formulateFleet(fleet);
        const solution = searchExactly(formulated, limits);
        if (solution === undefined) return;
        searched += 1;
        assert.deepEqual([solution.source, solution.bound], ['exact', solution.objective]);
        const budget = { cpuMs: 60_000, wallMs: 60_000, relativeGap: 0 };
        const outcome = await solver.solve(formulated.program, budget);
        if (outcome.status !== 'optimal') assert.fail(outcome.status);
        const error = Math.abs(solution.objective - outcome.objective);
        assert.ok(error <= 1e-6 * Math.max(1, outcome.objective), `${solution.objective}, ${outcome.objective}`);
      }),
      { numRuns: 60 },
    );
    assert.ok(searched > 45, `${searched} of 60 fleets were searched within the limits`);
  });

  const small = [variant('a:int8', { p50Ms: 10, accuracy: 0.8 })];
  const formulated = (fields: SnapshotFields): Formulated =>
    formulate(createContext(snapshot({ variants: small, ...fields }), defaultPlacementParams), defaultSolveParams) ??
    assert.fail('the fleet is small');

  it('leaves fleets with more slots, or with several hardware classes, to a solver', () => {
    const fast = buildHardwareClass({ device: 'fast', instructionSet: 'avx2' });
    const sixteen = [worker('w', 1_000, { slots: 8 }), worker('x', 1_000, { slots: 8 })];
    assert.notEqual(searchExactly(formulated({ workers: sixteen }), limits), undefined);
    assert.equal(searchExactly(formulated({ workers: [...sixteen, worker('y', 1_000)] }), limits), undefined);
    const mixed = [worker('w', 1_000), worker('x', 1_000, { classes: [fast] })];
    assert.equal(searchExactly(formulated({ workers: mixed }), limits), undefined);
    assert.equal(searchExactly(formulated({ workers: [] }), limits), undefined);
  });
});
