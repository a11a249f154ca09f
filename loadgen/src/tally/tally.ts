// Counts and latencies of the outcomes of a run.

import { createClassTally, type TalliedClass } from './class-tally.js';
import { createFailureTally } from './failure-tally.js';
import { createIntervalTally } from './interval-tally.js';
import { createLatencyHistogram } from './latency-histogram.js';
import type { LoadReport } from './load-report.js';
import type { Outcome } from './outcome.js';

export interface Tally {
  count(outcome: Outcome): void;
  /** Returns the counts. `durationMs` is the time from the end of the warm-up until the last outcome. */
  report(durationMs: number): Omit<LoadReport, 'sender'>;
}

export function createTally(classes: readonly TalliedClass[], intervalMs: number): Tally {
  const [answers, rejections] = [createLatencyHistogram(), createLatencyHistogram()];
  const byClass = classes.map(createClassTally);
  const [failures, intervals] = [createFailureTally(), createIntervalTally(classes, intervalMs)];
  const statuses = new Map<string, number>();
  const variants = new Map<string, { answers: number; right: number }>();
  const totals = { sent: 0, labelled: 0, right: 0 };

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
    count(outcome) {
      const { code, classIndex, latencyMs, message } = outcome;
      totals.sent++;
      statuses.set(code, (statuses.get(code) ?? 0) + 1);
      byClass[classIndex]?.count(code, latencyMs);
      intervals.count(outcome);
      if (code === 'ok') countAnswer(outcome);
      else failures.count(code, message);
      if (code === 'resource-exhausted') rejections.record(latencyMs);
    },
    report(durationMs) {
      const reports = byClass.map((tally) => tally.report());
      const onTime = reports.reduce((sum, report) => sum + report.onTime, 0);
      return {
        ...totals,
        statuses: Object.fromEntries(statuses),
        failures: failures.list(),
        variants: Object.fromEntries(variants),
        classes: reports,
        attainment: totals.sent === 0 ? 0 : onTime / totals.sent,
        latencyMs: answers.summary(),
        percentiles: answers.percentiles(),
        rejectionMs: rejections.summary(),
        durationMs,
        answersPerSecond: ((statuses.get('ok') ?? 0) * 1000) / durationMs,
        intervalMs,
        intervals: intervals.report(),
      };
    },
  };
}
