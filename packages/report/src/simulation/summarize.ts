// The figures of each policy over its seeds, and their ratios to those of the first policy.

import { planSources, type PlanSource } from '@pareto/core';
import type { SimulationResult } from './simulation-result.js';
import { spreadOf, type Spread } from './spread.js';

export interface PolicySummary {
  readonly policy: string;
  readonly seeds: readonly number[];
  /** Share of all queries that were answered within their objective. */
  readonly attainment: Spread;
  /** Mean accuracy of the answers, as a fraction of 1. */
  readonly accuracy: Spread;
  /** Sum of the accuracies of the answers on time over the number of all queries. */
  readonly accuracyOfAll: Spread;
  readonly usdPerHour: Spread;
  /** Cost per million queries that were answered within their objective. */
  readonly usdPerMillion: Spread;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  /** Mean cost per hour over that of the first policy. */
  readonly costRatio: number;
  /** Mean share of the queries that were not answered within their objective over that of the first policy. */
  readonly missedRatio: number;
  /** Mean cost per hour over the bound. Undefined without the clairvoyant. */
  readonly boundRatio?: number;
}

/** No policy answers this share of the queries on time at a lower cost. */
export interface CostBound {
  readonly attainment: Spread;
  readonly usdPerHour: Spread;
}

/** Returns the bound over the seeds of the clairvoyant. Undefined if it is not among the policies. */
export function summarizeBound(results: readonly SimulationResult[]): CostBound | undefined {
  const bounds = results.flatMap(({ clairvoyant, durationMs }) =>
    clairvoyant === undefined ? [] : { ...clairvoyant.bound, durationMs },
  );
  if (bounds.length === 0) return undefined;
  return {
    attainment: spreadOf(bounds.map(({ attainment }) => attainment)),
    usdPerHour: spreadOf(bounds.map(({ usd, durationMs }) => (usd * msPerHour) / durationMs)),
  };
}

export interface PlansSummary {
  readonly policy: string;
  /** Mean part of the cost above the bound. Undefined if no plan has a bound. */
  readonly gap: Spread | undefined;
  /** Mean share of the time by source, without those that no plan had. */
  readonly sources: readonly (readonly [source: PlanSource, share: number])[];
}

/** Returns how good the plans are of each policy whose targets are solved. */
export const summarizePlans = (results: readonly SimulationResult[]): readonly PlansSummary[] =>
  resultsByPolicy(results).flatMap(([policy, runs]) => {
    const plans = runs.flatMap((run) => run.plans ?? []);
    if (plans.length === 0) return [];
    const gaps = plans.flatMap(({ meanGap }) => meanGap ?? []);
    const shares = planSources.map(
      (source) => [source, spreadOf(plans.map(({ sources }) => sources[source])).mean] as const,
    );
    const gap = gaps.length === 0 ? undefined : spreadOf(gaps);
    return [{ policy, gap, sources: shares.filter(([, share]) => share > 0) }];
  });

const msPerHour = 3_600_000;

/** Returns the summaries of the policies in the order of their first results. */
export function summarizeSimulation(results: readonly SimulationResult[]): readonly PolicySummary[] {
  const groups = resultsByPolicy(results).map(([policy, runs]) => ({ policy, ...figuresOf(countedRuns(runs)) }));
  const [first] = groups;
  if (first === undefined) return [];
  const bound = summarizeBound(results);
  return groups.map((group) => ({
    ...group,
    costRatio: group.usdPerHour.mean / first.usdPerHour.mean,
    missedRatio: (1 - group.attainment.mean) / (1 - first.attainment.mean),
    ...(bound !== undefined && { boundRatio: group.usdPerHour.mean / bound.usdPerHour.mean }),
  }));
}

/** Returns the finished runs, or all if none is: a stopped one has more of the first seconds, in which replicas are loaded. */
function countedRuns(runs: readonly SimulationResult[]): readonly SimulationResult[] {
  const finished = runs.filter(({ simulatedMs, durationMs }) => simulatedMs >= durationMs);
  return finished.length > 0 ? finished : runs;
}

/** Returns the results of each policy, in the order of their first ones. */
export function resultsByPolicy(
  results: readonly SimulationResult[],
): readonly (readonly [policy: string, results: readonly SimulationResult[]])[] {
  const groups = new Map<string, SimulationResult[]>();
  for (const result of results) groups.set(result.policy, [...(groups.get(result.policy) ?? []), result]);
  return [...groups];
}

/** Returns the attainment and the cost per hour of a run. */
export const attainmentAndCost = ({ totals, simulatedMs }: SimulationResult): readonly [number, number] => [
  totals.onTime / totals.asked,
  (totals.usd * msPerHour) / simulatedMs,
];

function figuresOf(
  runs: readonly SimulationResult[],
): Omit<PolicySummary, 'policy' | 'costRatio' | 'missedRatio' | 'boundRatio'> {
  const spread = (figure: (run: SimulationResult) => number): Spread => spreadOf(runs.map(figure));
  return {
    seeds: runs.map(({ seed }) => seed),
    attainment: spread((run) => attainmentAndCost(run)[0]),
    accuracy: spread(({ totals }) => totals.accuracySum / totals.answered),
    accuracyOfAll: spread(({ totals }) => totals.onTimeAccuracySum / totals.asked),
    usdPerHour: spread((run) => attainmentAndCost(run)[1]),
    usdPerMillion: spread(({ totals }) => (1e6 * totals.usd) / totals.onTime),
    p50Ms: spread(({ totals }) => (totals.answered === 0 ? NaN : totals.latency.p50Ms)),
    p99Ms: spread(({ totals }) => (totals.answered === 0 ? NaN : totals.latency.p99Ms)),
  };
}
