// The result of a run: plain JSON, the same bytes for the same scenario, policy and seed.

import type { PartialObjective, PlanSource } from '@pareto/core';

/** Counts of queries. Each query is `onTime`, `late`, `inaccurate`, `rejected`, `dropped` or `unfinished`. */
export interface Counts {
  /** Queries that arrived. */
  readonly asked: number;
  readonly answered: number;
  /** Answered within their latency objective, by a variant that reaches their accuracy floor. */
  readonly onTime: number;
  /** Answered after their latency objective. */
  readonly late: number;
  /** Answered in time by a variant below their accuracy floor. */
  readonly inaccurate: number;
  /** Rejected before they were queued at a worker, or because they were held for too long. */
  readonly rejected: number;
  /** Rejected after they were queued at a worker, or lost. */
  readonly dropped: number;
  /** Sum of the accuracies of the answers. */
  readonly accuracySum: number;
}

export interface Totals extends Counts {
  /** Queries without an outcome when the simulation ended. */
  readonly unfinished: number;
  /** Sum of the accuracies of the answers on time. */
  readonly onTimeAccuracySum: number;
  /** Quantiles over the answers, off by 1.6 % at most. 0 without answers. */
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number };
}

/** A value for each step of `stepMs`. Counts are those of the queries that arrived in the step. */
type Series<T> = { readonly [K in keyof T]: readonly number[] };

export interface VariantSeries {
  readonly variant: string;
  readonly hardwareClass: string;
  /** Ready replicas at the end of the step. */
  readonly replicas: readonly number[];
  /** Answers to the queries that arrived in the step. */
  readonly answered: readonly number[];
}

/** The bound of the cost, and the best of the clairvoyant's plans. */
interface ClairvoyantFacts {
  /** No policy answers this share of the queries on time at a lower cost. The share is 0.99, or the largest that the fleet allows. */
  readonly bound: { readonly usd: number; readonly attainment: number };
  /** Parameters of the plan that was best. */
  readonly setting: { readonly latencyShare: number; readonly utilisation: number };
  /** Workers that the plan uses, for each entry of `workers` of the fleet. */
  readonly workers: readonly number[];
}

/** Quality of the plans of a policy with solved targets, over the simulated time. */
export interface PlanFacts {
  /** Mean part of the cost above the proven bound, while the plan has one. Null if none has. */
  readonly meanGap: number | null;
  /** Share of the time by source of the plan in force. */
  readonly sources: Readonly<Record<PlanSource, number>>;
}

export interface SimulationResult {
  readonly scenario: string;
  readonly policy: string;
  readonly seed: number;
  readonly durationMs: number;
  /** Part of the duration that was simulated. Smaller than it if the run was stopped. */
  readonly simulatedMs: number;
  /** Length of a step of the series: 1 s for up to two hours, and longer beyond. */
  readonly stepMs: number;
  readonly totals: Totals & { readonly usd: number };
  /** Set for the clairvoyant. */
  readonly clairvoyant?: ClairvoyantFacts;
  /** Set for policies whose targets are solved. */
  readonly plans?: PlanFacts;
  readonly tasks: readonly { readonly task: string; readonly totals: Totals }[];
  readonly streams: readonly {
    readonly task: string;
    readonly objective: PartialObjective;
    readonly totals: Totals;
  }[];
  readonly series: Series<Counts> & {
    /** Cost of the hosts: the price of all slots of a worker from its first load until it is empty. */
    readonly usd: readonly number[];
    /** Mean number of slots that run batches. */
    readonly busySlots: readonly number[];
    /** Mean number of slots of the workers that are paid for. */
    readonly usedSlots: readonly number[];
    /** Items per second that the ready replicas could run, at the end of the step: each worker's slots run the mean of its replicas. */
    readonly capacity: readonly number[];
    /** Variants that had a replica. */
    readonly variants: readonly VariantSeries[];
  };
}
