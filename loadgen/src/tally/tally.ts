// Counts and latencies of the outcomes of a run.

import type { ErrorCode } from '@pareto/core';
import { createClassTally, type ClassReport, type TalliedClass } from './class-tally.js';
import { createLatencyHistogram, type LatencySummary } from './latency-histogram.js';

export interface Outcome {
  readonly code: 'ok' | ErrorCode;
  /** Index of the class of the query. */
  readonly classIndex: number;
  /** Time from the intended send time, so that a lagging sender hides no latency. */
  readonly latencyMs: number;
  readonly variant: string;
  /** Set if the answer is correct. Undefined without a label or an answer. */
  readonly right: boolean | undefined;
}

export interface LoadReport {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers by variant. */
  readonly variants: Readonly<Record<string, { readonly answers: number; readonly right: number }>>;
  /** Outcomes by class. */
  readonly classes: readonly ClassReport[];
  readonly labelled: number;
  readonly right: number;
  /** Share of the sent requests that were answered within their latency objective, as measured by the client. */
  readonly attainment: number;
  /** Latencies of answers. */
  readonly latencyMs: LatencySummary;
  /** Latencies of the requests with the status `resource-exhausted`. */
  readonly rejectionMs: LatencySummary;
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

export function createTally(classes: readonly TalliedClass[]): Tally {
  const [answers, rejections] = [createLatencyHistogram(), createLatencyHistogram()];
  const byClass = classes.map(createClassTally);
  const statuses = new Map<string, number>();
  const variants = new Map<string, { answers: number; right: number }>();
  const totals = { sent: 0, labelled: 0, right: 0, maxLagMs: 0 };

  function countAnswer({ latencyMs, variant, right }: Outcome): void {
    answers.record(latencyMs);
    const entry = variants.get(variant) ?? { answers: 0, right: 0 };
    variants.set(variant, entry);
    entry.answers++;
    if (right === undefined) return;
    totals.labelled++;
    if (!right) return;
    totals.right++;
    entry.right++;
  }

  return {
    lag: (ms) => void (totals.maxLagMs = Math.max(totals.maxLagMs, ms)),
    count(outcome) {
      const { code, classIndex, latencyMs } = outcome;
      totals.sent++;
      statuses.set(code, (statuses.get(code) ?? 0) + 1);
      byClass[classIndex]?.count(code, latencyMs);
      if (code === 'ok') countAnswer(outcome);
      if (code === 'resource-exhausted') rejections.record(latencyMs);
    },
    report(durationMs) {
      const reports = byClass.map((tally) => tally.report());
      const onTime = reports.reduce((sum, report) => sum + report.onTime, 0);
      return {
        ...totals,
        statuses: Object.fromEntries(statuses),
        variants: Object.fromEntries(variants),
        classes: reports,
        attainment: totals.sent === 0 ? 0 : onTime / totals.sent,
        latencyMs: answers.summary(),
        rejectionMs: rejections.summary(),
        durationMs,
        answersPerSecond: ((statuses.get('ok') ?? 0) * 1000) / durationMs,
      };
    },
  };
}
