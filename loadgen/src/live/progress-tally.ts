// Counts of a run that is in progress, in total and of the latest moments.

import type { TalliedClass } from '../tally/class-tally.js';
import { createLatencyTally, type LatencyCount, type LatencyTally } from '../tally/latency-tally.js';
import type { Outcome } from '../tally/outcome.js';

export interface ProgressTally {
  /** Counts a request that is sent now. */
  sent(): void;
  count(outcome: Outcome): void;
  /** Returns the counts until now, and begins a new moment. */
  take(): Progress;
}

/** Numbers of requests. Those of the warm-up are included. */
export interface ProgressCounts {
  readonly sent: number;
  readonly answered: number;
  readonly onTime: number;
  readonly rejected: number;
  readonly failed: number;
}

export interface Progress {
  readonly total: ProgressCounts;
  /** Counts of the latest moments. */
  readonly recent: ProgressCounts;
  readonly classes: readonly RecentClass[];
}

/** Outcomes of the latest moments of one class. */
export interface RecentClass extends Omit<ProgressCounts, 'sent'> {
  readonly name: string;
  readonly latencies: readonly LatencyCount[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface ClassMoment extends Mutable<Omit<ProgressCounts, 'sent'>> {
  readonly latencies: LatencyTally;
}

interface Moment {
  sent: number;
  readonly classes: readonly ClassMoment[];
}

/** Creates a tally whose latest moments are the last `moments` ones. */
export function createProgressTally(classes: readonly TalliedClass[], moments: number): ProgressTally {
  const createMoment = (): Moment => ({
    sent: 0,
    classes: classes.map(() => ({ ...noOutcomes, latencies: createLatencyTally() })),
  });
  let current = createMoment();
  let latest: readonly Moment[] = [];
  let total: ProgressCounts = { sent: 0, ...noOutcomes };
  return {
    sent: () => void current.sent++,
    count({ code, classIndex, latencyMs }) {
      const moment = current.classes[classIndex];
      if (moment === undefined) return;
      if (code !== 'ok') return void (code === 'resource-exhausted' ? moment.rejected++ : moment.failed++);
      moment.answered++;
      if (latencyMs <= (classes[classIndex]?.objectiveMs ?? Infinity)) moment.onTime++;
      moment.latencies.record(latencyMs);
    },
    take() {
      latest = [...latest, current].slice(-moments);
      total = addUp([total, countsOf(current)]);
      current = createMoment();
      return {
        total,
        recent: addUp(latest.map(countsOf)),
        classes: classes.map(({ name }, index) => recentClass(name, index, latest)),
      };
    },
  };
}

const noOutcomes = { answered: 0, onTime: 0, rejected: 0, failed: 0 };

const countsOf = ({ sent, classes }: Moment): ProgressCounts =>
  addUp([{ sent, ...noOutcomes }, ...classes.map((each) => ({ sent: 0, ...each }))]);

function recentClass(name: string, index: number, moments: readonly Moment[]): RecentClass {
  const own = moments.flatMap(({ classes }) => classes[index] ?? []);
  const { sent: _, ...counts } = addUp(own.map((moment) => ({ sent: 0, ...moment })));
  return { name, ...counts, latencies: own.flatMap(({ latencies }) => latencies.list()).toSorted(([a], [b]) => a - b) };
}

const addUp = (counts: readonly ProgressCounts[]): ProgressCounts =>
  counts.reduce(
    (sum, each) => ({
      sent: sum.sent + each.sent,
      answered: sum.answered + each.answered,
      onTime: sum.onTime + each.onTime,
      rejected: sum.rejected + each.rejected,
      failed: sum.failed + each.failed,
    }),
    { sent: 0, ...noOutcomes },
  );
