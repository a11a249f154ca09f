// Counts of outcomes, and a histogram of latencies.

import { build, type Histogram } from 'hdr-histogram-js';
import type { ErrorCode } from '@pareto/core';

export interface Outcome {
  readonly code: 'ok' | ErrorCode;
  /** Time from the intended send time, so that a lagging sender hides no latency. */
  readonly latencyMs: number;
  readonly variant: string;
  /** Set if the answer is correct. Undefined without a label or an answer. */
  readonly right: boolean | undefined;
}

export interface LatencySummary {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface LoadReport {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers by variant. */
  readonly variants: Readonly<Record<string, { readonly answers: number; readonly right: number }>>;
  readonly labelled: number;
  readonly right: number;
  /** Share of the sent requests that were answered within the latency objective, as measured by the client. */
  readonly attainment: number;
  /** Latencies of answers. */
  readonly latencyMs: LatencySummary;
  readonly durationMs: number;
  readonly answersPerSecond: number;
  /** Maximum delay of the sender relative to the arrival times. */
  readonly maxLagMs: number;
}

export interface Tally {
  /** Records the delay of the sender for one request. */
  lag(ms: number): void;
  count(outcome: Outcome): void;
  report(durationMs: number): LoadReport;
}

export function createTally(objectiveMs: number): Tally {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  });
  const statuses = new Map<string, number>();
  const variants = new Map<string, { answers: number; right: number }>();
  const totals = { sent: 0, labelled: 0, right: 0, onTime: 0, maxLagMs: 0 };

  function countAnswer({ latencyMs, variant, right }: Outcome): void {
    histogram.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
    const entry = variants.get(variant) ?? { answers: 0, right: 0 };
    variants.set(variant, entry);
    entry.answers++;
    if (latencyMs <= objectiveMs) totals.onTime++;
    if (right === undefined) return;
    totals.labelled++;
    if (!right) return;
    totals.right++;
    entry.right++;
  }

  return {
    lag: (ms) => void (totals.maxLagMs = Math.max(totals.maxLagMs, ms)),
    count(outcome) {
      totals.sent++;
      statuses.set(outcome.code, (statuses.get(outcome.code) ?? 0) + 1);
      if (outcome.code === 'ok') countAnswer(outcome);
    },
    report: (durationMs) => ({
      sent: totals.sent,
      statuses: Object.fromEntries(statuses),
      variants: Object.fromEntries(variants),
      labelled: totals.labelled,
      right: totals.right,
      attainment: totals.sent === 0 ? 0 : totals.onTime / totals.sent,
      latencyMs: summarize(histogram),
      durationMs,
      answersPerSecond: ((statuses.get('ok') ?? 0) * 1000) / durationMs,
      maxLagMs: totals.maxLagMs,
    }),
  };
}

function summarize(histogram: Histogram): LatencySummary {
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    mean: histogram.totalCount === 0 ? 0 : histogram.mean / 1000,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: histogram.maxValue / 1000,
  };
}
