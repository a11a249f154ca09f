// Programs that are solved again although nothing has changed, with the solver of production.

import assert from 'node:assert/strict';
import { milliseconds, systemClock } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { createSolver } from '@pareto/solver';
import fc from 'fast-check';
import { createTurnCore, defaultSolveParams, defaultTurnParams, solutionOf, type TurnCore } from '../../src/index.js';
import type { PlacementSnapshot } from '../../src/snapshot/snapshot.js';
import { carryOut } from '../place/carry-out.js';
import { cpu, snapshot, variant, worker } from '../support/fixture.js';
import { offered } from '../support/offered.js';

const fleets = fc.record({
  variants: fc.array(
    fc.record({
      p50Ms: fc.integer({ min: 2, max: 80 }),
      memoryMib: fc.integer({ min: 30, max: 300 }),
      accuracy: fc.integer({ min: 50, max: 99 }).map((n) => n / 100),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  workers: fc.array(
    fc.record({ memory: fc.integer({ min: 400, max: 2_000 }), slots: fc.integer({ min: 1, max: 6 }) }),
    { minLength: 1, maxLength: 4 },
  ),
  rate: fc.integer({ min: 1, max: 400 }),
  isSearched: fc.boolean(),
});

describe('turns whose program is solved again for the same fleet and demand', () => {
  const solver = createSolver({ isolation: environmentOnly, clock: systemClock });
  after(() => solver.close());

  /** Runs a turn, and solves its program. */
  async function turn(core: TurnCore, world: PlacementSnapshot, rate: number) {
    core.observe(world, offered(rate, world.now), []);
    const planned = core.plan(world, world.planId, milliseconds(60_000));
    core.end(planned.actions, world.now);
    const { program, plan, actions } = planned;
    if (program !== undefined) core.solved(solutionOf(program, await solver.solve(program.program, program.limits)));
    return { isDue: program !== undefined, plan, actions };
  }

  it('load and unload nothing', async function () {
    this.timeout(180_000); // The solver has the lowest priority, and waits for everything else on a busy machine.
    await fc.assert(
      fc.asyncProperty(fleets, async ({ variants, workers, rate, isSearched }) => {
        const { exact, ...solve } = defaultSolveParams;
        const core = createTurnCore({
          ...defaultTurnParams,
          placement: { ...defaultTurnParams.placement, releasesHosts: true },
          solve: { ...solve, ...(isSearched && exact !== undefined && { exact }) },
        });
        let world = snapshot({
          ...{ now: milliseconds(1_000), planId: 'p1000', prices: { [cpu.id]: 0.1 } },
          variants: variants.map((fields, index) => variant(`v${index}:original`, fields)),
          workers: workers.map(({ memory, slots }, index) => worker(`w${index}`, memory, { slots })),
        });
        const advance = (plan: Awaited<ReturnType<typeof turn>>['plan'], byMs: number): void => {
          const next = carryOut(world, plan);
          const now = milliseconds(world.now + byMs);
          const replicas = next.replicas.map((one) => ({ ...one, lastUsedAt: now }));
          world = { ...next, now, planId: `p${now}`, replicas };
        };
        for (let count = 0; count < 30; count += 1) advance((await turn(core, world, rate)).plan, 10_000);
        const before = core.state.solution;
        if (before === undefined) return; // No variant meets the objective.
        for (let count = 0; count < 3; count += 1) {
          advance((await turn(core, world, rate)).plan, solve.maxAgeMs / 2);
          const refreshed = await turn(core, world, rate);
          assert.notEqual(core.state.solution?.at, before.at, 'it was solved again');
          assert.deepEqual(core.state.solution?.shares, before.shares);
          advance(refreshed.plan, 1_000);
          const { actions } = await turn(core, world, rate);
          assert.deepEqual([...refreshed.actions, ...actions], []);
        }
      }),
      { numRuns: 25 },
    );
  });
});
