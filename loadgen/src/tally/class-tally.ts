// Counts of the outcomes of one class of queries.

import type { ErrorCode } from '@pareto/core';
import { createLatencyHistogram } from './latency-histogram.js';
import type { ClassReport } from './load-report.js';

/** A class of queries, whose answers are on time within its objective. */
export interface TalliedClass {
  readonly name: string;
  /** Maximum latency that counts as on time. */
  readonly objectiveMs: number;
}

export interface ClassTally {
  count(code: 'ok' | ErrorCode, latencyMs: number): void;
  report(): ClassReport;
}

export function createClassTally({ name, objectiveMs }: TalliedClass): ClassTally {
  const answers = createLatencyHistogram();
  const totals = { sent: 0, answered: 0, onTime: 0, rejected: 0 };
  return {
    count(code, latencyMs) {
      totals.sent++;
      if (code === 'resource-exhausted') totals.rejected++;
      if (code !== 'ok') return;
      totals.answered++;
      if (latencyMs <= objectiveMs) totals.onTime++;
      answers.record(latencyMs);
    },
    report: () => ({
      ...{ name, objectiveMs, ...totals },
      ...{ latencyMs: answers.summary(), percentiles: answers.percentiles() },
    }),
  };
}
