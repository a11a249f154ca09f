// A run of a scenario with a policy.

import {
  milliseconds,
  resolveObjective,
  systemClock,
  type Clock,
  type HardwareClassId,
  type VariantId,
} from '@pareto/core';
import { accuracyOn } from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import { assignReplicas } from '../cluster/assign-replicas.js';
import { createCluster, type Cluster } from '../cluster/cluster.js';
import { withProfileErrors } from '../cluster/profile-errors.js';
import { profiledClasses } from '../cluster/registry.js';
import { createPlannedTurns } from '../control/planned-turns.js';
import type { Planner } from '../control/planner.js';
import { startPlanner } from '../control/start-planner.js';
import { startCluster } from '../control/start-cluster.js';
import { createEventQueue, type EventQueue } from '../events/event-queue.js';
import { createPartRng } from '../numbers/seeds.js';
import type { PolicySetting, ServingPolicy } from '../policies/serving-policy.js';
import { startBaseline } from '../policies/start-baseline.js';
import { createPlanTally } from '../result/plan-tally.js';
import type { SimulationResult } from '../result/simulation-result.js';
import { createTally, type CountedVariant, type Tally } from '../result/tally.js';
import { createUsage, type Usage } from '../result/usage.js';
import { defaultSimulationParams } from '../scenario/params.js';
import type { SimulatedRegistry } from '../scenario/registry.js';
import type { Scenario } from '../scenario/scenario.js';
import type { StartedCluster } from '../serving/started-cluster.js';
import { solverOf } from '../solve/solver-of.js';
import { createExecutorTimes } from '../times/executor-times.js';
import { createSlowness } from '../times/slowness.js';
import { scheduleArrivals } from './schedule-arrivals.js';
import { scheduleFault } from './schedule-fault.js';

/** Progress of a run. That of the clairvoyant is over all its plans. */
export interface SimulationProgress {
  readonly simulatedMs: number;
  readonly durationMs: number;
  readonly asked: number;
  readonly answered: number;
  readonly onTime: number;
}

export interface SimulateOptions {
  /** Called after each simulated second. */
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Ends the run early. The result then covers the part that was simulated. */
  readonly signal?: AbortSignal;
  /** Clock by which the run lets other work of the process run. */
  readonly clock?: Clock;
  /** Runs each turn of the control loop, to measure its time. */
  readonly onTurn?: <T>(turn: () => T) => T;
  /** Needed for the policies that solve programs: the clairvoyant, and some baselines. */
  readonly solver?: Solver;
}

/** Number of events after which a run lets other work of the process run. */
const eventsPerPause = 50_000;
/** Maximum number of steps of a second. Longer runs have longer steps. */
const maxSteps = 7_200;
const secondMs = 1_000;

interface Run {
  readonly events: EventQueue;
  /** Time at which the run ends. */
  readonly endsAt: number;
  readonly warmUpMs: number;
  readonly tally: Tally;
  readonly result: (simulatedMs: number) => SimulationResult;
}

/**
 * Runs a scenario. The same scenario, policy and seed give the same result. Rejects if the scenario contradicts itself, or with the
 * reason of the signal if the clairvoyant is stopped while it plans.
 */
export async function simulate(
  scenario: Scenario,
  policy: ServingPolicy,
  seed: number,
  options: SimulateOptions = {},
): Promise<SimulationResult> {
  if (policy.kind !== 'clairvoyant') return await simulateOnce(scenario, policy, seed, options);
  const { signal, onProgress } = options;
  const solver = solverOf(options, policy.name);
  return await policy.run({
    ...{ scenario, seed, solver, ...(signal !== undefined && { signal }) },
    simulate: (planned, index, count) =>
      simulate(scenario, planned, seed, {
        ...options,
        onProgress: ({ simulatedMs, durationMs, ...counts }) =>
          onProgress?.({ ...counts, simulatedMs: index * durationMs + simulatedMs, durationMs: count * durationMs }),
      }),
  });
}

type OncePolicy = Exclude<ServingPolicy, { readonly kind: 'clairvoyant' }>;

async function simulateOnce(
  scenario: Scenario,
  policy: OncePolicy,
  seed: number,
  { onProgress, signal, clock = systemClock, onTurn = (turn) => turn(), solver }: SimulateOptions,
): Promise<SimulationResult> {
  const { durationMs } = scenario;
  const { events, endsAt, warmUpMs, tally, result } = startRun(scenario, policy, seed, { onTurn, solver });
  for (let now = 0; now < endsAt; now = Math.min(endsAt, now + secondMs)) {
    const until = Math.min(endsAt, now + secondMs);
    while (events.runSome(eventsPerPause, until)) {
      await events.held;
      await clock.sleep(milliseconds(0));
      const simulatedMs = Math.max(0, events.now - warmUpMs);
      if (signal?.aborted === true && simulatedMs < durationMs) return result(simulatedMs);
    }
    if (until <= warmUpMs) continue;
    const simulatedMs = Math.min(durationMs, until - warmUpMs);
    const { asked, answered, onTime } = tally.counts;
    onProgress?.({ simulatedMs, durationMs, asked, answered, onTime });
    await clock.sleep(milliseconds(0));
    // In the drain, the last answers are still missing.
    if (signal?.aborted === true && simulatedMs < durationMs) return result(simulatedMs);
  }
  return result(durationMs);
}

/** Returns the registry of a scenario, with the preference of the policy if it has one. */
function registryFor(policy: OncePolicy, { registry }: Scenario): SimulatedRegistry {
  if (policy.kind !== 'production' || policy.prefer === undefined) return registry;
  const { prefer } = policy;
  return { ...registry, tasks: registry.tasks.map((task) => ({ ...task, prefer })) };
}

interface RunOptions extends Required<Pick<SimulateOptions, 'onTurn'>> {
  readonly solver: Solver | undefined;
}

function startRun(scenario: Scenario, policy: OncePolicy, seed: number, { onTurn, solver }: RunOptions): Run {
  const { fleet, streams, durationMs, plansAfterMs, params = defaultSimulationParams } = scenario;
  const registry = registryFor(policy, scenario);
  const { wayMs, warmUpMs, drainMs, turnTime } = params.cluster;
  const errors = { error: scenario.profileError ?? 0, noise: scenario.profileNoise ?? 0 };
  const seen = withProfileErrors(registry, errors, createPartRng(seed, 'profiles'));
  const cluster = createCluster(seen, fleet);
  const truth = seen === registry ? cluster : createCluster(registry, fleet);
  const objectives = streams.map(({ task, objective }) => {
    const known = cluster.tasks.find(({ name }) => name === task);
    if (known === undefined) throw new Error(`a stream has the task '${task}', which the registry does not have`);
    return resolveObjective(objective, known.defaultObjective);
  });
  const stepMs = secondMs * Math.ceil(durationMs / secondMs / maxSteps);
  const steps = Math.ceil(durationMs / stepMs);
  const events = createEventQueue();
  const variants = listVariants(truth);
  const indexes = indexVariants(variants);
  const tally = createTally({ streams, objectives, variants, steps, stepMs, startsAt: warmUpMs });
  const usage = createUsage({ cluster: truth, durationMs, stepMs, startsAt: warmUpMs });
  const plans = policy.kind === 'production' && policy.isGreedy !== true ? createPlanTally(warmUpMs) : undefined;
  const arrived = streams.map(() => 0);
  const executors = createExecutorTimes(truth, createPartRng(seed, 'service'));
  const slowness = createSlowness(scenario.faults, warmUpMs);
  const endsAt = warmUpMs + durationMs + drainMs;

  const setting: PolicySetting = {
    ...{ cluster, streams, objectives, durationMs, warmUpMs, rng: createPartRng(seed, 'policy'), solver },
    *arrivals(stream) {
      for (const at of streams[stream]?.arrivals(createPartRng(seed, 'arrivals', stream)) ?? []) {
        if (at >= durationMs) return;
        yield warmUpMs + at;
      }
    },
  };
  const common = {
    ...{ events, cluster, endsAt, observerOf: usage.observerOf },
    onSettled(
      query: { readonly index: number; readonly arrivesAt: number },
      settled: {
        readonly end: 'answered' | 'rejected' | 'dropped';
        readonly latencyMs: number;
        readonly candidate: { readonly variant: VariantId; readonly hardwareClass: HardwareClassId } | undefined;
      },
    ): void {
      const { end, latencyMs, candidate } = settled;
      const variant = candidate && indexes.get(candidate.variant)?.get(candidate.hardwareClass);
      tally.ended(query.index, query.arrivesAt, end, latencyMs, variant ?? -1);
    },
  };
  const started = start();
  function start(): StartedCluster {
    if (policy.kind === 'baseline')
      return startBaseline({
        ...{ ...common, wayMs, objectives, arrived: () => arrived },
        ...{ planner: policy.plan(setting), server: policy.serve(setting) },
        timesOf: (worker) => ({
          ...executors,
          runMs: (variant, hardwareClass, size, now) =>
            slowness(worker, now) * executors.runMs(variant, hardwareClass, size),
        }),
      });
    const planner: Planner =
      policy.kind === 'production'
        ? startPlanner(policy, params, { solver, events })
        : createPlannedTurns(policy.plan(setting), () => arrived);
    return startCluster({
      ...{
        ...common,
        plansFromMs: plansAfterMs === undefined ? 0 : warmUpMs + plansAfterMs,
        routerParams: params.router,
        workerParams: params.worker,
      },
      ...{ assigned: assignReplicas(cluster, scenario.replicas ?? []), transport: params.cluster },
      routers: Array.from({ length: scenario.routers }, (_, index) => createPartRng(seed, 'routers', index)),
      planner: {
        turn(view, isTriggered) {
          const turn = onTurn(() => planner.turn(view, isTriggered));
          if (turn?.quality !== undefined) plans?.planned(turn.quality, view.now);
          return turn;
        },
      },
      turnMs: (workers, replicas) =>
        turnTime.baseMs + turnTime.perWorkerMs * workers + turnTime.perReplicaMs * replicas,
      timesOf: (worker) => ({
        loadMs: ({ spec, hardwareClass }) => executors.loadMs(spec.variant, hardwareClass),
        runMs: ({ spec, hardwareClass }, size, now) =>
          slowness(worker, now) * executors.runMs(spec.variant, hardwareClass, size),
      }),
    });
  }
  scheduleArrivals({
    ...{ events, streams, routers: scenario.routers, rng: createPartRng(seed, 'router-of-query') },
    afterMs: started.arrivalMs,
    arrivals: setting.arrivals,
    onArrival(query, now) {
      arrived[query.index] = (arrived[query.index] ?? 0) + 1;
      tally.asked(query.index, query.arrivesAt);
      started.arrived(query, now);
    },
  });
  for (const fault of scenario.faults) scheduleFault(fault, { startsAt: warmUpMs, events, usage, cluster: started });
  scheduleSteps({ durationMs, stepMs, startsAt: warmUpMs }, events, usage, (step) => {
    for (const [variant, byClass] of usage.ready)
      for (const [hardwareClass, count] of byClass)
        if (count > 0) tally.replicas(step, indexes.get(variant)?.get(hardwareClass) ?? -1, count);
  });
  return {
    ...{ events, endsAt, warmUpMs, tally },
    result(simulatedMs) {
      const simulated = Math.min(steps, Math.ceil(simulatedMs / stepMs));
      const { totals, tasks, streams: byStream, series } = tally.result(simulated);
      usage.advance(warmUpMs + simulatedMs);
      const list = (column: Float64Array): number[] => [...column.subarray(0, simulated)];
      const meanOf = (slotMs: Float64Array): number[] =>
        list(slotMs).map((value, step) => value / Math.min(stepMs, simulatedMs - step * stepMs));
      const usd = list(usage.usd);
      return {
        ...{ scenario: scenario.name, policy: policy.name, seed, durationMs, simulatedMs, stepMs },
        totals: { ...totals, usd: usd.reduce((sum, value) => sum + value, 0) },
        ...(plans !== undefined && { plans: plans.result(warmUpMs + simulatedMs) }),
        ...{ tasks, streams: byStream },
        series: {
          ...{ ...series, usd, capacity: list(usage.capacity) },
          ...{ busySlots: meanOf(usage.busySlotMs), usedSlots: meanOf(usage.usedSlotMs) },
        },
      };
    },
  };
}

const listVariants = ({ variants }: Cluster): readonly CountedVariant[] =>
  variants.flatMap((one) =>
    profiledClasses(one).map((hardwareClass) => ({
      ...{ variant: one.variant.id, hardwareClass, accuracy: accuracyOn(one, hardwareClass)?.value ?? 0 },
      className: hardwareClass.split('/')[1] ?? '',
    })),
  );

function indexVariants(
  variants: readonly CountedVariant[],
): ReadonlyMap<VariantId, ReadonlyMap<HardwareClassId, number>> {
  const indexes = new Map<VariantId, Map<HardwareClassId, number>>();
  for (const [index, { variant, hardwareClass }] of variants.entries()) {
    const own = indexes.get(variant) ?? new Map<HardwareClassId, number>();
    indexes.set(variant, own.set(hardwareClass, index));
  }
  return indexes;
}

interface Steps {
  readonly durationMs: number;
  readonly stepMs: number;
  readonly startsAt: number;
}

/** Observes the cluster at the end of each step. */
function scheduleSteps(
  { durationMs, stepMs, startsAt }: Steps,
  events: EventQueue,
  usage: Usage,
  onStep: (step: number) => void,
): void {
  const schedule = (step: number): void => {
    if (step * stepMs >= durationMs) return;
    events.schedule(startsAt + Math.min(durationMs, (step + 1) * stepMs), (now) => {
      usage.endStep(step, now);
      onStep(step);
      schedule(step + 1);
    });
  };
  schedule(0);
}
