// A planner that averages the demand of each second, and allocates replicas for it from time to time.

import { groupBy, sameItems } from '@pareto/core';
import type { BaselinePlanner, PlanningView, PolicySetting, ServingReplica } from '../../policies/serving-policy.js';
import { statedRate } from '../fixed/stated-rate.js';
import { countReplicas } from '../options/count-replicas.js';
import { createDemandAverage, type DemandParams } from './average-demand.js';
import type { PlacedReplica } from './place-replicas.js';
import type { AllocationView } from './problem-of.js';
import { replaceLoaded } from './replace-loaded.js';
import type { OptionOf, ScalableOption } from './scalable-option.js';

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
  readonly optionOf: OptionOf;
  /** Returns the decay of the average if replicas are to be allocated now. Undefined otherwise. */
  readonly decayIfDue: (recent: RecentDemand) => number | undefined;
  /** Returns the replicas for the queries per second of each stream. */
  readonly allocate: (view: AllocationView, rates: readonly number[]) => Promise<readonly PlacedReplica[]>;
  /** Divides the queries per second of each stream among the replicas, whose number is given for each option. */
  readonly assign: (counts: ReadonlyMap<ScalableOption, number>, rates: readonly number[]) => void | Promise<void>;
}

const secondMs = 1_000;

interface Allocated {
  readonly placed: readonly PlacedReplica[];
  readonly rates: readonly number[];
}

/**
 * Creates a planner. Its first replicas are those for the mean rates of the run. Without demand, they stay as they are. Queries are divided
 * among the replicas that are ready.
 */
export function createScalingPlanner(setting: PolicySetting, rules: ScalingRules): BaselinePlanner {
  const { streams, warmUpMs, durationMs, arrivals } = setting;
  const average = createDemandAverage(rules.demand);
  let [seconds, queries] = [0, 0];
  let allocated: Allocated | undefined;
  /** Replicas that queries are divided among. */
  let assigned: readonly ServingReplica[] = [];

  function ratesIfDue(view: PlanningView): readonly number[] | undefined {
    if (view.now > warmUpMs) {
      average.add(view.arrived);
      seconds += 1;
      queries += view.arrived.reduce((sum, count) => sum + count, 0);
      const decay = rules.decayIfDue({ seconds, totals: average.totals(), mean: queries / seconds });
      return decay === undefined ? undefined : average.rates(decay);
    }
    if (allocated !== undefined) return undefined;
    return streams.map((_, stream) => statedRate(arrivals(stream), warmUpMs, durationMs, { kind: 'mean' }));
  }
  return {
    everyMs: secondMs,
    async plan(view) {
      const rates = ratesIfDue(view);
      const isDue = rates?.some((rate) => rate > 0) === true;
      const running = view.replicas.filter(({ state }) => state !== 'draining');
      if (isDue) {
        const replicas = replaceLoaded(allocated?.placed ?? [], running, rules.optionOf).placed;
        allocated = { placed: await rules.allocate({ workers: view.workers, replicas }, rates), rates };
      }
      if (allocated === undefined) return undefined;
      const { placed, replaced } = replaceLoaded(allocated.placed, running, rules.optionOf);
      const ready = [...placed, ...replaced].filter(({ state }) => state === 'ready');
      if (isDue || !sameItems(ready, assigned)) {
        assigned = ready;
        await rules.assign(countByOption(ready.flatMap((replica) => rules.optionOf(replica) ?? [])), allocated.rates);
      }
      return countReplicas(
        [...allocated.placed.map(({ option: { variant }, worker }) => ({ variant, worker })), ...replaced].map(
          ({ variant, worker: { id: worker } }) => ({ variant, worker }),
        ),
      );
    },
  };
}

const countByOption = (options: readonly ScalableOption[]): ReadonlyMap<ScalableOption, number> =>
  new Map([...groupBy(options, (option) => option)].map(([option, own]) => [option, own.length]));
