// Loki with one stage: scales the hardware first, and the accuracy where the hardware does not suffice.

import { p95At } from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import type { BaselinePlanner, PolicySetting, QueryServer, ServingPolicy } from '../../policies/serving-policy.js';
import { solverOf } from '../../solve/solver-of.js';
import { allocate } from '../accuracy-scaling/allocate.js';
import { listEligible, type EligibleReplica } from '../accuracy-scaling/eligible.js';
import type { AllocationProblem } from '../accuracy-scaling/formulate-allocation.js';
import { placeReplicas } from '../accuracy-scaling/place-replicas.js';
import { problemOf } from '../accuracy-scaling/problem-of.js';
import { createOptionOf } from '../accuracy-scaling/scalable-option.js';
import { createScalingPlanner } from '../accuracy-scaling/scaling-planner.js';
import { createScalingPolicy, type ScalingRun } from '../accuracy-scaling/scaling-policy.js';
import { timelyBatch } from '../accuracy-scaling/timely-batch.js';
import { mostAccurateFirst } from './most-accurate-first.js';
import { defaultLokiParams, type LokiParams } from './params.js';

const name = 'loki';

export const createLoki = (params: LokiParams = defaultLokiParams): ServingPolicy =>
  createScalingPolicy({
    ...{ name, preference: 'fastest' },
    plan: (setting, run) => createPlanner(setting, run, params),
    serve: createServer,
  });

function createPlanner(setting: PolicySetting, { options, route }: ScalingRun, params: LokiParams): BaselinePlanner {
  const solver = solverOf(setting, name);
  const { beta, demand, everySeconds } = params;
  const scale = (rates: readonly number[]): readonly number[] => rates.map((rate) => beta * rate);
  return createScalingPlanner(setting, {
    ...{ demand, optionOf: createOptionOf(options) },
    decayIfDue: ({ seconds }) => (seconds % everySeconds === 0 ? demand.decay : undefined),
    async allocate(view, rates) {
      const problem = problemOf(view, options, scale(rates));
      const { placed } = placeReplicas(
        problem,
        (await scaleHardware(solver, problem)) ?? (await allocate(solver, problem, 'inaccuracy')).replicas,
        view.replicas,
      );
      return placed;
    },
    assign: (counts, rates) => route.set(mostAccurateFirst(counts, scale(rates), setting.objectives)),
  });
}

/** Returns the replicas of the most accurate variants on the fewest servers. Undefined if the servers do not suffice. */
async function scaleHardware(solver: Solver, problem: AllocationProblem): Promise<readonly number[] | undefined> {
  const { replicas, unmet } = await allocate(solver, withMostAccurate(problem), 'price');
  return unmet > 0 ? undefined : replicas;
}

/** Returns the problem in which only the most accurate options serve each stream. */
function withMostAccurate(problem: AllocationProblem): AllocationProblem {
  const { options, demand } = problem;
  const greatest = demand.map((_, stream) =>
    Math.max(...options.map(({ modes, option: { accuracy } }) => (modes[stream] === undefined ? 0 : accuracy))),
  );
  return {
    ...problem,
    options: options.map((one) => ({
      ...one,
      modes: one.modes.map((mode, stream) => (one.option.accuracy < (greatest[stream] ?? 0) ? undefined : mode)),
    })),
  };
}

interface Estimate extends EligibleReplica {
  /** Expected time until the replica has served what was sent to it. */
  readonly freeAt: number;
}

function createServer({ options, route }: ScalingRun): QueryServer {
  const optionOf = createOptionOf(options);
  return {
    order: 'due',
    route(query, replicas, now) {
      const eligible = listEligible(query, replicas, optionOf).map((one) => estimate(one, now));
      const timely = eligible.filter((one) => one.freeAt + p95At(one.option.profile, 1) <= query.dueAt);
      const next = route.next(query.stream, new Set(eligible.map(({ option }) => option)));
      const chosen =
        soonest(timely.filter(({ option }) => option === next)) ??
        soonest(mostAccurate(timely)) ??
        // A query that was moved here has waited already.
        (now > query.arrivedAt ? undefined : soonest(eligible));
      return chosen === undefined ? { kind: 'reject' } : { kind: 'send', replica: chosen.replica };
    },
    batch(replica, now) {
      const option = optionOf(replica);
      if (option === undefined) return { kind: 'drop', count: replica.queue.length };
      const { count } = timelyBatch(replica, option, now);
      return count === 0 ? { kind: 'move', count: 1 } : { kind: 'run', count };
    },
  };
}

function estimate({ replica, option, mode }: EligibleReplica, now: number): Estimate {
  const { state, readyAt, running, expectedEndAt, queue, inFlight } = replica;
  const startsAt = Math.max(now, state === 'ready' ? now : readyAt, running > 0 ? expectedEndAt : now);
  const freeAt = startsAt + (1_000 * (queue.length + inFlight)) / mode.ratePerSecond;
  return { replica, option, mode, freeAt };
}

function soonest(estimates: readonly Estimate[]): Estimate | undefined {
  let best: Estimate | undefined;
  for (const one of estimates) if (best === undefined || one.freeAt < best.freeAt) best = one;
  return best;
}

function mostAccurate(estimates: readonly Estimate[]): readonly Estimate[] {
  const greatest = Math.max(...estimates.map(({ option }) => option.accuracy));
  return estimates.filter(({ option }) => option.accuracy === greatest);
}
