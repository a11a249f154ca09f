// Counts of the outcomes over time, by the intended send time.

import { createLatencyTally, type LatencyTally } from './latency-tally.js';
import type { IntervalReport } from './load-report.js';
import type { TalliedClass } from './class-tally.js';
import type { Outcome } from './outcome.js';

export interface IntervalTally {
  count(outcome: Outcome): void;
  report(): readonly IntervalReport[];
}

interface ClassCounts {
  sent: number;
  answered: number;
  onTime: number;
  rejected: number;
  readonly latencies: LatencyTally;
}

interface Interval {
  readonly classes: readonly ClassCounts[];
  readonly statuses: Map<string, number>;
  readonly variants: Map<string, number>;
}

export function createIntervalTally(classes: readonly TalliedClass[], intervalMs: number): IntervalTally {
  const intervals: Interval[] = [];
  const createInterval = (): Interval => ({
    classes: classes.map(() => ({ sent: 0, answered: 0, onTime: 0, rejected: 0, latencies: createLatencyTally() })),
    statuses: new Map(),
    variants: new Map(),
  });
  return {
    count({ code, classIndex, intendedMs, latencyMs, variant }) {
      const index = Math.max(0, Math.floor(intendedMs / intervalMs));
      while (intervals.length <= index) intervals.push(createInterval());
      const interval = intervals[index];
      const counts = interval?.classes[classIndex];
      if (interval === undefined || counts === undefined) return;
      counts.sent++;
      increment(interval.statuses, code);
      if (code === 'resource-exhausted') counts.rejected++;
      if (code !== 'ok') return;
      counts.answered++;
      if (latencyMs <= (classes[classIndex]?.objectiveMs ?? Infinity)) counts.onTime++;
      counts.latencies.record(latencyMs);
      increment(interval.variants, variant);
    },
    report: () =>
      intervals.map((interval, index) => ({
        startMs: index * intervalMs,
        classes: interval.classes.map(({ latencies, ...counts }) => ({ ...counts, latencies: latencies.list() })),
        statuses: Object.fromEntries(interval.statuses),
        variants: Object.fromEntries(interval.variants),
      })),
  };
}

const increment = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
