// INFaaS: selects a variant for each query, and lets each worker scale its variants.

import type { HardwareClassId } from '@pareto/core';
import type { PolicySetting, QueryServer, ReplicaPlanner, ServingPolicy } from '../../policies/serving-policy.js';
import { leastQueried } from '../fixed/route-fixed.js';
import { listOptions } from '../options/variant-option.js';
import { registerVariants, type InfaasVariant } from './infaas-variant.js';
import { createObservedFleet, type ObservedFleet } from './observed-fleet.js';
import { defaultInfaasParams, type HardwareKind, type InfaasParams } from './params.js';
import { createScalingPlanner } from './scaling/scale-workers.js';
import { listFeasible, selectInfaas, type Feasible } from './select/select-infaas.js';
import { planWarmStart } from './warm-start.js';

export function createInfaas(params: InfaasParams = defaultInfaasParams, name = 'infaas'): ServingPolicy {
  /** Runs, whose planner and server share state. */
  const runs = new WeakMap<PolicySetting, Run>();
  const runOf = (setting: PolicySetting): Run => {
    const run = runs.get(setting) ?? createRun(setting, params);
    runs.set(setting, run);
    return run;
  };
  return {
    kind: 'baseline',
    name,
    plan: (setting) => createPlanner(setting, runOf(setting), params),
    serve: (setting) => createServer(setting, runOf(setting), params),
  };
}

interface Run {
  readonly variants: readonly InfaasVariant[];
  /** Variants for the queries of each stream. */
  readonly feasible: readonly Feasible[];
  readonly fleet: ObservedFleet;
}

function createRun({ cluster, streams, objectives }: PolicySetting, params: InfaasParams): Run {
  const variants = registerVariants(listOptions(cluster), kindOf, params);
  const feasible = objectives.map((objective, stream) => {
    const own = variants.filter(({ option }) => option.task === streams[stream]?.task);
    return listFeasible(own, objective, params);
  });
  return { variants, feasible, fleet: createObservedFleet(variants, params) };
}

/** Returns the kind of hardware by the name of the device: `cpu` and families of instances without an accelerator, `inf` and the rest. */
export function kindOf(hardwareClass: HardwareClassId): HardwareKind {
  const device = hardwareClass.split('/')[1] ?? '';
  if (/^inf/i.test(device)) return 'inferentia';
  return /cpu|^[cmrt]\d+[a-z]*\./i.test(device) ? 'cpu' : 'gpu';
}

/** Ticks begin with the first query. Before, nothing is unloaded for want of queries. */
function createPlanner({ warmUpMs }: PolicySetting, run: Run, params: InfaasParams): ReplicaPlanner {
  const scaling = createScalingPlanner(run.variants, run.fleet, params);
  return {
    everyMs: scaling.everyMs,
    plan(view) {
      if (view.now >= warmUpMs) return scaling.plan(view);
      if (view.replicas.length > 0) return undefined;
      run.fleet.observe(view);
      return planWarmStart(run.feasible, run.fleet, params);
    },
  };
}

function createServer({ rng }: PolicySetting, { feasible, fleet }: Run, params: InfaasParams): QueryServer {
  return {
    route({ stream }, replicas) {
      const own = feasible[stream];
      if (own === undefined) return { kind: 'reject' };
      const selected = selectInfaas(own, fleet.viewOf(replicas), rng, params);
      if (selected.kind === 'none') return { kind: 'reject' };
      const { variant, worker } = selected.kind === 'load' ? selected : selected.instance;
      fleet.monitor.add(variant, worker, { queries: 1 });
      if (selected.kind === 'serve' && selected.load !== undefined) fleet.request(selected.load);
      if (selected.kind === 'load') {
        fleet.expectLoad(variant, worker);
        return { kind: 'load', variant: variant.option.variant, worker };
      }
      const replica = leastQueried(
        replicas.filter((one) => one.worker.id === worker && fleet.roles.of(one) === variant),
      );
      return replica === undefined ? { kind: 'reject' } : { kind: 'send', replica };
    },
    batch(replica, now) {
      const { queue } = replica;
      const { kind, maxBatch } = fleet.roles.of(replica);
      const untilMs = (queue[0]?.arrivedAt ?? now) + params.kinds[kind].batchTimeoutMs;
      if (queue.length < maxBatch && now < untilMs) return { kind: 'wait', untilMs };
      return { kind: 'run', count: Math.min(queue.length, maxBatch) };
    },
    ended(replica, { queries, tookMs }, now) {
      const latencyMs = queries.reduce((sum, { arrivedAt }) => sum + now - arrivedAt, 0);
      const ended = { answers: queries.length, batches: 1, latencyMs, busyMs: tookMs };
      fleet.monitor.add(fleet.roles.of(replica), replica.worker.id, ended);
    },
  };
}
