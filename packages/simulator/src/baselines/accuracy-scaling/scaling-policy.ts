// A policy whose planner and server share the options of a run, and the weights of its routes.

import type { BaselinePlanner, PolicySetting, QueryServer, ServingPolicy } from '../../policies/serving-policy.js';
import { listScalableOptions, type BatchPreference, type ScalableOption } from './scalable-option.js';
import { createWeightedRoute, type WeightedRoute } from './weighted-route.js';

export interface ScalingRun {
  readonly options: readonly ScalableOption[];
  readonly route: WeightedRoute;
}

export interface ScalingPolicy {
  readonly name: string;
  readonly preference: BatchPreference;
  readonly plan: (setting: PolicySetting, run: ScalingRun) => BaselinePlanner;
  readonly serve: (run: ScalingRun) => QueryServer;
}

export function createScalingPolicy({ name, preference, plan, serve }: ScalingPolicy): ServingPolicy {
  const runs = new WeakMap<PolicySetting, ScalingRun>();
  const runOf = (setting: PolicySetting): ScalingRun => {
    const run = runs.get(setting) ?? {
      options: listScalableOptions(setting, preference),
      route: createWeightedRoute(),
    };
    runs.set(setting, run);
    return run;
  };
  return {
    ...{ kind: 'baseline', name },
    plan: (setting) => plan(setting, runOf(setting)),
    serve: (setting) => serve(runOf(setting)),
  };
}
