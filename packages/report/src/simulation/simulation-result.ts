// Results of simulations, as far as reports read them. Those of the simulator are assignable to these types.

import type { PartialObjective, PlanSource } from '@pareto/core';

/** Counts of queries. Each query is `onTime`, `late`, `inaccurate`, `rejected`, `dropped` or unfinished. */
interface SimulationCounts<Count> {
  readonly asked: Count;
  readonly answered: Count;
  /** Answered within the objective. */
  readonly onTime: Count;
  readonly late: Count;
  /** Answered in time by a variant below the accuracy floor. */
  readonly inaccurate: Count;
  readonly rejected: Count;
  /** Rejected after they were queued, or lost. */
  readonly dropped: Count;
  /** Sum of the accuracies of the answers, each as a fraction of 1. */
  readonly accuracySum: Count;
}

export interface SimulationTotals extends SimulationCounts<number> {
  /** Queries without an outcome when the simulation ended. */
  readonly unfinished: number;
  /** Sum of the accuracies of the answers on time. */
  readonly onTimeAccuracySum: number;
  /** Quantiles over the answers. */
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number };
}

/** The run of a policy with a seed. */
export interface SimulationResult {
  readonly policy: string;
  readonly seed: number;
  readonly durationMs: number;
  /** Part of the duration that was simulated. */
  readonly simulatedMs: number;
  /** Length of a step of the series. */
  readonly stepMs: number;
  readonly totals: SimulationTotals & { readonly usd: number };
  /** Set for the clairvoyant. No policy answers this share of the queries on time at a lower cost. */
  readonly clairvoyant?: { readonly bound: { readonly usd: number; readonly attainment: number } };
  /** Set for policies whose targets are solved: the mean part of the cost above the proven bound, and the share of the time by source. */
  readonly plans?: { readonly meanGap: number | null; readonly sources: Readonly<Record<PlanSource, number>> };
  readonly tasks: readonly { readonly task: string; readonly totals: SimulationTotals }[];
  readonly streams: readonly {
    readonly task: string;
    readonly objective: PartialObjective;
    readonly totals: SimulationTotals;
  }[];
  readonly series: SimulationCounts<readonly number[]> & {
    readonly usd: readonly number[];
    /** Slots that run batches. */
    readonly busySlots: readonly number[];
    /** Slots of the workers that are paid for. */
    readonly usedSlots: readonly number[];
    /** Items per second that the ready replicas can run. */
    readonly capacity: readonly number[];
    readonly variants: readonly {
      readonly variant: string;
      readonly hardwareClass: string;
      readonly replicas: readonly number[];
      readonly answered: readonly number[];
    }[];
  };
}

/** The scenario that was simulated. Those of the simulator are assignable to this type. */
export interface SimulationScenario {
  readonly name: string;
  readonly durationMs: number;
  readonly routers: number;
  readonly faults: readonly unknown[];
  readonly registry: {
    readonly tasks: readonly unknown[];
    readonly variants: readonly {
      readonly name: string;
      readonly profiles: readonly {
        readonly hardwareClass: string;
        /** Set if a fit completed the profile, so that it was not measured. */
        readonly modelled: boolean;
        readonly source: string;
      }[];
    }[];
  };
  readonly fleet: {
    readonly classes: readonly { readonly name: string; readonly usdPerSlotHour: number }[];
    readonly workers: readonly { readonly hardwareClass: string; readonly count: number; readonly slots: number }[];
  };
}
