// The time of a control turn for 1,000 workers and 1,000 variants: of its plan, and of the demand if it is skipped. The time and the gap of
// solved plans.

import { createSeededRng, percentile, systemClock, type Rng } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import {
  defaultPlacementParams,
  planReplicas,
  validatePlan,
  type PlacementSnapshot,
  type PlacementVariant,
} from '@pareto/policy';
import { createSolver } from '@pareto/solver';
import { buildHardwareClass } from '@pareto/testkit';
import { carryOut } from '../packages/policy/test/place/carry-out.js';
import { alsoOn, cpu, demandOf, snapshot, task, variant, worker } from '../packages/policy/test/support/fixture.js';
import { storedBound, storeBounds } from './plan/bounds.js';
import { timeSkippedTurns } from './plan/skipped-turn.js';
import { largeFleet, smallFleet, timeSolvedPlans, type SolvedFleet, type SolvedTimes } from './plan/solved-fleet.js';
import { progress, startBenchmark, type Row } from './report.js';

const size = { workers: 1_000, tasks: 200, variantsPerTask: 5 };
const replicasPerVariant = 2;
const turns = 200;
const fleets = 50;
const skippedTurns = { count: 300, warmUp: 50 };
const slow = buildHardwareClass({ device: 'slow', instructionSet: 'avx2' });

/** Returns a fleet without replicas, in which each variant was measured on both classes. */
function fleet(memoryMib: number, rng: Rng): PlacementSnapshot {
  const tasks = Array.from({ length: size.tasks }, (_, i) => `task-${i}`);
  const variants = tasks.flatMap((of, i) =>
    Array.from({ length: size.variantsPerTask }, (__, j): PlacementVariant => {
      const fields = {
        task: of,
        p50Ms: 2 + 8 * rng(),
        memoryMib: 50 + Math.floor(150 * rng()),
        accuracy: 0.9 + rng() / 20,
      };
      return alsoOn(variant(`model-${i}-${j}:original`, fields), slow, 2);
    }),
  );
  const workers = Array.from({ length: size.workers }, (_, i) =>
    worker(`worker-${i}`, memoryMib, { slots: 4, classes: [i % 4 === 0 ? slow : cpu] }),
  );
  return snapshot({ tasks: tasks.map(task), variants, workers });
}

/** Returns demand that keeps `replicas` of each variant busy. */
const busy = ({ variants }: PlacementSnapshot, replicas: number): PlacementSnapshot['demand'] =>
  demandOf(
    ...variants.map(({ variant: { id }, measurements: [first] }) => {
      const p50Ms = first?.result.kind === 'measured' ? (first.result.profile.points[0]?.p50Ms ?? 1) : 1;
      return [id, ((replicas - 0.5) * 0.7 * 1_000) / p50Ms] as const;
    }),
  );

/** Plans until nothing is left to do, at most `max` turns. Returns the last snapshot and the time of each plan in ms. */
function run(start: PlacementSnapshot, max: number): { readonly world: PlacementSnapshot; readonly times: number[] } {
  const times: number[] = [];
  let world = start;
  for (let turn = 0; turn < max; turn += 1) {
    const { plan, ms } = timePlan(world);
    times.push(ms);
    if (plan.actions.length === 0 && world.replicas.every(({ state }) => state === 'ready')) break;
    world = carryOut(world, plan);
  }
  return { world, times };
}

function timePlan(world: PlacementSnapshot): { readonly plan: ReturnType<typeof planReplicas>; readonly ms: number } {
  const began = systemClock.now();
  const plan = planReplicas(world, defaultPlacementParams);
  validatePlan(plan, world, defaultPlacementParams);
  return { plan, ms: systemClock.now() - began };
}

/** Takes three random replicas out of service, as interruptions do. */
const interrupt = (world: PlacementSnapshot, rng: Rng): PlacementSnapshot => {
  const picked = new Set([0, 0, 0].map(() => Math.floor(rng() * world.replicas.length)));
  const replicas = world.replicas.map((one, i) => (picked.has(i) ? { ...one, state: 'loading' as const } : one));
  return { ...world, replicas };
};

/** Limits in ms. */
interface Limits {
  readonly p50?: number;
  readonly p99?: number;
}

function times(name: string, all: readonly number[], { p50, p99 }: Limits): readonly Row[] {
  const sorted = Float64Array.from(all).sort();
  return [
    { name: `${name}, p50`, value: percentile(sorted, 0.5), unit: 'ms', ...(p50 && { reach: { below: p50 } }) },
    { name: `${name}, p99`, value: percentile(sorted, 0.99), unit: 'ms', ...(p99 && { reach: { below: p99 } }) },
  ];
}

interface FleetTimes {
  readonly first: readonly number[];
  readonly more: readonly number[];
  readonly full: readonly number[];
}

/** Plans for an empty fleet, for one more replica of each variant, and for a fleet with too little memory. */
function timeFleets(): FleetTimes {
  const [empty, tight] = [fleet(32_768, rng), fleet(300, rng)];
  const first = run({ ...empty, demand: busy(empty, replicasPerVariant) }, turns);
  const demand = busy(empty, replicasPerVariant + 1);
  const more = run({ ...first.world, demand }, turns);
  const full = run({ ...tight, demand: busy(tight, replicasPerVariant) }, turns);
  return { first: first.times, more: more.times, full: full.times };
}

const timesOfAll = (part: keyof FleetTimes): readonly number[] => fleetTimes.flatMap((one) => one[part]);

interface SolvedReach {
  /** Changes of the demand for which it is planned. */
  readonly changes: number;
  /** Limits of the times of plans, in ms, and of the first one's gap, as a part of the cost. */
  readonly plans: Limits;
  readonly gap: number;
}

const timesOfSolved = (name: string, timed: SolvedTimes, plans: Limits): readonly Row[] => [
  ...times(`${name}: solved plans`, timed.plans, plans),
  ...times(`${name}: of which the solver`, timed.solves, {}),
  ...times(`${name}: turns meanwhile`, timed.turns, {}),
];

async function solvedRows(
  fleetOf: (rng: Rng) => SolvedFleet,
  { changes, plans, gap }: SolvedReach,
): Promise<readonly Row[]> {
  const own = fleetOf(createSeededRng(1));
  progress(own.name);
  const timed = await timeSolvedPlans(own, solver, { changes, releasesHosts: true, rng: createSeededRng(2) });
  const fixed = await timeSolvedPlans(own, solver, { changes, releasesHosts: false, rng: createSeededRng(2) });
  const bound = storedBound(own);
  const { usdPerHour, otherUsd } = timed.first;
  const gapRow = (value: number): Row => ({
    ...{ name: `${own.name}: gap to the bound of half an hour`, value: 100 * value, unit: '%' },
    reach: { atMost: 100 * gap },
  });
  return [
    ...timesOfSolved(`${own.name}, fixed pool`, fixed, plans),
    ...timesOfSolved(own.name, timed, plans),
    // Prices of changes and of unmet demand count in both.
    ...(bound === undefined ? [] : [gapRow(Math.max(0, 1 - (bound - otherUsd) / usdPerHour))]),
  ];
}

async function measureSolved(): Promise<readonly Row[]> {
  const small = await solvedRows(smallFleet, { changes: 50, plans: { p50: 50, p99: 1_000 }, gap: 0.05 });
  const large = await solvedRows(largeFleet, { changes: 1, plans: { p50: 10_000 }, gap: 0.1 });
  return [...small, ...large];
}

const { report, long = false } = startBenchmark('plan');
await using solver = createSolver({ isolation: environmentOnly, clock: systemClock });
if (long) {
  await storeBounds(
    [smallFleet, largeFleet].map((fleetOf) => fleetOf(createSeededRng(1))),
    solver,
  );
  process.exit();
}
const rng = createSeededRng(1);
const [cold = 0] = timeFleets().first;
const fleetTimes = Array.from({ length: fleets }, (_, i) => {
  progress(`fleet ${i + 1} of ${fleets}`);
  return timeFleets();
});
const empty = fleet(32_768, rng);
const { world } = run({ ...empty, demand: busy(empty, replicasPerVariant) }, turns);
const converged = Array.from({ length: turns }, () => timePlan(world).ms);
const churn = Array.from({ length: turns }, () => timePlan(interrupt(world, rng)).ms);
const skipped = timeSkippedTurns(empty, skippedTurns.count, skippedTurns.warmUp, rng);
const solvedTimes = await measureSolved();
report([
  { name: 'replicas', value: world.replicas.length, unit: '' },
  { name: 'first plan of the process', value: cold, unit: 'ms' },
  ...times('first plans', timesOfAll('first'), { p99: 100 }),
  ...times('nothing to do', converged, { p99: 100 }),
  ...times('churn', churn, { p99: 100 }),
  ...times('one more of each', timesOfAll('more'), { p99: 100 }),
  ...times('memory full', timesOfAll('full'), { p99: 100 }),
  ...times('turn that is skipped', skipped.turns, { p50: 1 }),
  ...times('report of a router', skipped.reports, {}),
  ...solvedTimes,
]);
