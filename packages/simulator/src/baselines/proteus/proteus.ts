// Proteus: scales the accuracy of all variants by an integer program, and batches proactively.

import { p99At } from '@pareto/policy';
import type { BaselinePlanner, PolicySetting, QueryServer, ServingPolicy } from '../../policies/serving-policy.js';
import { solverOf } from '../../solve/solver-of.js';
import { allocate } from '../accuracy-scaling/allocate.js';
import { listEligible } from '../accuracy-scaling/eligible.js';
import { placeReplicas } from '../accuracy-scaling/place-replicas.js';
import { problemOf } from '../accuracy-scaling/problem-of.js';
import { createOptionOf } from '../accuracy-scaling/scalable-option.js';
import { createScalingPlanner } from '../accuracy-scaling/scaling-planner.js';
import { createScalingPolicy, type ScalingRun } from '../accuracy-scaling/scaling-policy.js';
import { timelyBatch } from '../accuracy-scaling/timely-batch.js';
import { leastQueried } from '../fixed/route-fixed.js';
import { assignQueries } from './assign-queries.js';
import { decayIfDue } from './decay-if-due.js';
import { defaultProteusParams, type ProteusParams } from './params.js';
import { upgradeLeft } from './upgrade-left.js';

const name = 'proteus';

export const createProteus = (params: ProteusParams = defaultProteusParams): ServingPolicy =>
  createScalingPolicy({
    ...{ name, preference: 'largest' },
    plan: (setting, run) => createPlanner(setting, run, params),
    serve: createServer,
  });

function createPlanner(setting: PolicySetting, { options, route }: ScalingRun, params: ProteusParams): BaselinePlanner {
  const solver = solverOf(setting, name);
  const scale = (rates: readonly number[]): readonly number[] => rates.map((rate) => params.beta * rate);
  return createScalingPlanner(setting, {
    ...{ demand: params.demand, optionOf: createOptionOf(options) },
    decayIfDue: (recent) => decayIfDue(recent, params),
    async allocate(view, rates) {
      const problem = problemOf(view, options, scale(rates));
      const { replicas } = await allocate(solver, problem, 'inaccuracy');
      const placement = placeReplicas(problem, replicas, view.replicas);
      const byTask = new Map<string, number>();
      for (const [stream, { task }] of setting.streams.entries())
        byTask.set(task, (byTask.get(task) ?? 0) + (rates[stream] ?? 0));
      return upgradeLeft(placement, options, byTask);
    },
    async assign(counts, rates) {
      route.set(await assignQueries(solver, counts, scale(rates)));
    },
  });
}

function createServer({ options, route }: ScalingRun): QueryServer {
  const optionOf = createOptionOf(options);
  return {
    order: 'due',
    route(query, replicas) {
      const eligible = listEligible(query, replicas, optionOf);
      const next = route.next(query.stream, new Set(eligible.map(({ option }) => option)));
      const own = eligible.filter(({ option }) => next === undefined || option === next);
      const replica = leastQueried(own.map((one) => one.replica));
      return replica === undefined ? { kind: 'reject' } : { kind: 'send', replica };
    },
    batch(replica, now) {
      const { queue } = replica;
      const [first] = queue;
      const option = optionOf(replica);
      if (first === undefined || option === undefined) return { kind: 'drop', count: queue.length };
      const { count, limit } = timelyBatch(replica, option, now);
      if (count === 0) return { kind: 'drop', count: 1 };
      const untilMs = first.dueAt - p99At(option.profile, count);
      const canGrow = count === queue.length && count < limit;
      return canGrow && now < untilMs ? { kind: 'wait', untilMs } : { kind: 'run', count };
    },
  };
}
