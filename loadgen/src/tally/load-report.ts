// What a run of load measured. It is the JSON form of the report, from which all others are made.

import type { LatencySummary, LatencyPercentile } from './latency-histogram.js';
import type { LatencyCount } from './latency-tally.js';

export interface LoadReport {
  /** Requests whose outcomes are counted below: those after the warm-up. */
  readonly sent: number;
  /** Requests by status: `ok` or the code of the error. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests that failed, by code and reason, the most frequent first. */
  readonly failures: readonly FailureCount[];
  /** Answers by variant. */
  readonly variants: Readonly<Record<string, VariantCount>>;
  readonly classes: readonly ClassReport[];
  readonly labelled: number;
  readonly right: number;
  /** Share of the sent requests that were answered within their latency objective, as measured by the client. */
  readonly attainment: number;
  /** Latencies of answers. */
  readonly latencyMs: LatencySummary;
  /** Curve of the latencies of answers: more points towards the maximum. */
  readonly percentiles: readonly LatencyPercentile[];
  /** Latencies of the requests with the status `resource-exhausted`. */
  readonly rejectionMs: LatencySummary;
  /** Time from the end of the warm-up until the last outcome. */
  readonly durationMs: number;
  readonly answersPerSecond: number;
  readonly sender: SenderReport;
  readonly intervalMs: number;
  /** Outcomes over time. Intervals at the end without requests are left out. */
  readonly intervals: readonly IntervalReport[];
}

/** Queries with one target and objective. */
export interface ClassReport {
  readonly name: string;
  /** Maximum latency that counts as on time. */
  readonly objectiveMs: number;
  readonly sent: number;
  readonly answered: number;
  readonly onTime: number;
  /** Number of requests with the status `resource-exhausted`. */
  readonly rejected: number;
  /** Latencies of answers. */
  readonly latencyMs: LatencySummary;
  readonly percentiles: readonly LatencyPercentile[];
}

export interface FailureCount {
  readonly code: string;
  /** Message of the error, with `N` in place of its numbers. */
  readonly reason: string;
  readonly count: number;
}

export interface VariantCount {
  readonly answers: number;
  /** Answers that agree with their label. */
  readonly right: number;
}

/** Requests whose intended send time is in one interval. */
export interface IntervalReport {
  /** Time from the end of the warm-up. */
  readonly startMs: number;
  /** Outcomes of the classes of the report, in the same order. */
  readonly classes: readonly IntervalClass[];
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers by variant. */
  readonly variants: Readonly<Record<string, number>>;
}

export interface IntervalClass {
  readonly sent: number;
  readonly answered: number;
  readonly onTime: number;
  readonly rejected: number;
  /** Latencies of answers, ascending. */
  readonly latencies: readonly LatencyCount[];
}

/** The load generator itself. */
export interface SenderReport {
  /** Requests per second that were to be sent. Equal to `sentPerSecond` in a closed loop. */
  readonly intendedPerSecond: number;
  readonly sentPerSecond: number;
  /** CPU time of this process for each request. */
  readonly cpuUsPerRequest: number;
  /** Share of the time in which the event loop was busy. Above .9, latencies include those of this process. */
  readonly busy: number;
  /** Delays of sending relative to the intended send times. Zeros in a closed loop. */
  readonly lagMs: LatencySummary;
  /** The reason why this process limits the result. Null if it does not. */
  readonly bottleneck: string | null;
}
