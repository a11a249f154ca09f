// A planner that averages the demand of each second, and allocates replicas for it from time to time.

import type { BaselinePlanner, PlannedReplicas, PlanningView, PolicySetting } from '../../policies/serving-policy.js';
import { statedRate } from '../fixed/stated-rate.js';
import { countReplicas } from '../options/count-replicas.js';
import { createDemandAverage, type DemandParams } from './average-demand.js';
import type { PlacedReplica } from './place-replicas.js';

/** The demand of the latest seconds, the latest first. */
export interface RecentDemand {
  /** Number of seconds since the first query. */
  readonly seconds: number;
  /** Queries of all streams in each of the latest seconds, the latest first. */
  readonly totals: readonly number[];
  /** Mean of all seconds. */
  readonly mean: number;
}

export interface ScalingRules {
  readonly demand: DemandParams;
  /** Returns the decay of the average if replicas are to be allocated now. Undefined otherwise. */
  readonly decayIfDue: (recent: RecentDemand) => number | undefined;
  /** Returns the replicas for the queries per second of each stream. */
  readonly allocate: (view: PlanningView, rates: readonly number[]) => Promise<readonly PlacedReplica[]>;
}

const secondMs = 1_000;

/** Before the first query, the replicas are those for the mean rates of the run. Without demand, they stay as they are. */
export function createScalingPlanner(setting: PolicySetting, rules: ScalingRules): BaselinePlanner {
  const { streams, warmUpMs, durationMs, arrivals } = setting;
  const average = createDemandAverage(rules.demand);
  let [seconds, queries] = [0, 0];
  let planned: readonly PlannedReplicas[] | undefined;

  function ratesIfDue(view: PlanningView): readonly number[] | undefined {
    if (view.now > warmUpMs) {
      average.add(view.arrived);
      seconds += 1;
      queries += view.arrived.reduce((sum, count) => sum + count, 0);
      const decay = rules.decayIfDue({ seconds, totals: average.totals(), mean: queries / seconds });
      return decay === undefined ? undefined : average.rates(decay);
    }
    if (planned !== undefined) return undefined;
    return streams.map((_, stream) => statedRate(arrivals(stream), warmUpMs, durationMs, { kind: 'mean' }));
  }
  return {
    everyMs: secondMs,
    async plan(view) {
      const rates = ratesIfDue(view);
      if (rates?.some((rate) => rate > 0) === true) {
        const placed = await rules.allocate(view, rates);
        planned = countReplicas(placed.map(({ option: { variant }, worker: { id: worker } }) => ({ variant, worker })));
      }
      return planned;
    },
  };
}
