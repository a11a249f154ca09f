// Fleets whose targets are solved by integer programs, and the time and the gap of their plans.

import { milliseconds, resolveObjective, systemClock, type HardwareClass, type Rng } from '@pareto/core';
import {
  createTurnCore,
  defaultTurnParams,
  objectiveClass,
  solutionOf,
  solvingParams,
  type DemandInput,
  type Formulated,
  type PlacementSnapshot,
  type Solution,
  type TurnCore,
} from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import { buildHardwareClass } from '@pareto/testkit';
import { carryOut } from '../../packages/policy/test/place/carry-out.js';
import { alsoOn, cpu, snapshot, task, variant, worker } from '../../packages/policy/test/support/fixture.js';

interface PricedClass {
  readonly hardwareClass: HardwareClass;
  readonly usdPerSlotHour: number;
  readonly slots: number;
  /** Time of a run, as a part of that on a CPU. */
  readonly factor: number;
}

const device = (name: string): HardwareClass => buildHardwareClass({ device: name, instructionSet: 'avx2' });
const classes: readonly PricedClass[] = [
  { hardwareClass: cpu, usdPerSlotHour: 0.048, slots: 8, factor: 1 },
  { hardwareClass: device('small'), usdPerSlotHour: 0.526, slots: 1, factor: 0.5 },
  { hardwareClass: device('medium'), usdPerSlotHour: 3.06, slots: 1, factor: 0.2 },
  { hardwareClass: device('large'), usdPerSlotHour: 4.1, slots: 1, factor: 0.1 },
];

export interface SolvedFleet {
  readonly name: string;
  readonly world: PlacementSnapshot;
  /** Objectives of each task, each with items per second. */
  readonly demands: DemandInput['demands'];
}

interface Shape {
  readonly name: string;
  readonly workers: number;
  readonly classes: number;
  readonly tasks: number;
  readonly variantsPerTask: number;
  /** Items per second of each objective of each task. */
  readonly itemsPerSecond: number;
}

/** 40 devices x 50 variants on 3 classes. */
const smallShape: Shape = {
  ...{ name: '40 devices x 150 pairs', workers: 40, classes: 3, tasks: 10, variantsPerTask: 5, itemsPerSecond: 60 },
};
const largeShape: Shape = {
  ...{ name: '1,000 workers x 1,000 variants', workers: 1_000, classes: 4 },
  ...{ tasks: 250, variantsPerTask: 4, itemsPerSecond: 60 },
};

const createFleet = (shape: Shape, rng: Rng): SolvedFleet => {
  const own = classes.slice(0, shape.classes);
  const tasks = Array.from({ length: shape.tasks }, (_, i) => `task-${i}`);
  const variants = tasks.flatMap((of, i) =>
    Array.from({ length: shape.variantsPerTask }, (__, j) => {
      const p50Ms = 20 * (1 + j) * (0.5 + rng());
      const fields = { task: of, p50Ms, memoryMib: 100 + Math.floor(300 * rng()), accuracy: 0.7 + 0.05 * j };
      return own
        .slice(1)
        .reduce(
          (known, { hardwareClass, factor }) => alsoOn(known, hardwareClass, factor),
          variant(`model-${i}-${j}:original`, fields),
        );
    }),
  );
  const workers = Array.from({ length: shape.workers }, (_, i) => {
    const { hardwareClass, slots } = own[i % own.length] ?? { hardwareClass: cpu, slots: 1 };
    return worker(`worker-${i}`, 16_384, { slots, classes: [hardwareClass] });
  });
  const prices = Object.fromEntries(own.map(({ hardwareClass, usdPerSlotHour }) => [hardwareClass.id, usdPerSlotHour]));
  const demands = tasks.flatMap((target) =>
    [{ latencyMs: milliseconds(100) }, { latencyMs: milliseconds(400), minAccuracy: 0.8 }].map((given) => {
      const objective = resolveObjective(given);
      return {
        ...{ tenant: 'default', target, className: objectiveClass(objective), objective },
        ...{ itemsPerSecond: shape.itemsPerSecond * (0.5 + rng()), latestPerSecond: 0, missedPerSecond: 0 },
        answered: new Map(),
      };
    }),
  );
  return { name: shape.name, world: snapshot({ tasks: tasks.map(task), variants, workers, prices }), demands };
};

export const smallFleet = (rng: Rng): SolvedFleet => createFleet(smallShape, rng);
export const largeFleet = (rng: Rng): SolvedFleet => createFleet(largeShape, rng);

const leadingMs = milliseconds(600_000);
/** Turns after which the demand changes. */
const turnsPerChange = 12;

const startCore = (releasesHosts: boolean): TurnCore =>
  createTurnCore(solvingParams({ ...defaultTurnParams, placement: { ...defaultTurnParams.placement, releasesHosts } }));

function planTurn(core: TurnCore, world: PlacementSnapshot, demands: SolvedFleet['demands']) {
  core.observe(world, { demands, held: [], active: () => [], now: world.now }, []);
  const planned = core.plan(world, world.planId, leadingMs);
  core.end(planned.actions, world.now);
  return planned;
}

/** Returns the program of the first plan of a fleet whose workers cost nothing without replicas. */
export function firstProgram({ world, demands }: SolvedFleet): Formulated {
  const { program } = planTurn(startCore(true), world, demands);
  if (program === undefined) throw new Error('the first plan of a fleet states a program');
  return program;
}

export interface SolvedTimes {
  /** Time from a changed demand to its plan, in ms, and the part of it in which the program was solved. */
  readonly plans: readonly number[];
  readonly solves: readonly number[];
  /** Time of each turn meanwhile, in ms. */
  readonly turns: readonly number[];
  /** USD per hour of the first plan after packing, and its solution's part of the objective that is not paid for workers. */
  readonly first: { readonly usdPerHour: number; readonly otherUsd: number };
}

/** Plans for demand that changes a number of times, a turn for each second. */
export async function timeSolvedPlans(
  { world: start, demands }: SolvedFleet,
  solver: Solver,
  { changes, releasesHosts, rng }: { readonly changes: number; readonly releasesHosts: boolean; readonly rng: Rng },
): Promise<SolvedTimes> {
  const core = startCore(releasesHosts);
  const plans: number[] = [];
  const solves: number[] = [];
  const turns: number[] = [];
  let [usdPerHour, otherUsd] = [NaN, NaN];
  let world = start;
  let rates = demands;
  for (let turn = 0; turn < changes * turnsPerChange; turn += 1) {
    const began = systemClock.now();
    let planned = planTurn(core, world, rates);
    const turnMs = systemClock.now() - began;
    turns.push(turnMs);
    if (planned.program !== undefined) {
      const solution = await solve(solver, planned.program);
      const solvedMs = systemClock.now() - began;
      core.solved(solution);
      planned = planTurn(core, world, rates);
      plans.push(systemClock.now() - began);
      solves.push(solvedMs - turnMs);
      if (turn === 0) otherUsd = solution.objective - solution.usdPerHour;
    }
    world = carryOut(world, { ...planned.plan, actions: planned.actions });
    if ((turn + 1) % turnsPerChange > 0) continue;
    if (turn < turnsPerChange) usdPerHour = planned.quality.cost?.usdPerHour ?? NaN;
    rates = demands.map((one) => ({ ...one, itemsPerSecond: one.itemsPerSecond * (0.3 + 1.4 * rng()) }));
  }
  return { plans, solves, turns, first: { usdPerHour, otherUsd } };
}

async function solve(solver: Solver, formulated: Formulated): Promise<Solution> {
  const { program, limits, start } = formulated;
  const outcome = await solver.solve(program, { ...limits, start });
  const solution = solutionOf(formulated, outcome);
  if (solution === undefined) throw new Error(`a program of ${formulated.planId} has no solution: ${outcome.status}`);
  return solution;
}
