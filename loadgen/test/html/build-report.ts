// Reports of runs that never took place, counted from outcomes as those of real ones.

import type { SenderReport } from '../../src/tally/load-report.js';
import type { Outcome } from '../../src/tally/outcome.js';
import { createTally } from '../../src/tally/tally.js';
import type { LoadReport } from '../../src/index.js';

export interface RunOptions {
  readonly classes?: readonly { readonly name: string; readonly objectiveMs: number }[];
  readonly intervalMs?: number;
  readonly durationMs?: number;
  readonly bottleneck?: string;
}

/** Builds a report. An outcome is an answer of the first class after 10 ms, where nothing else is given. */
export function buildReport(outcomes: readonly Partial<Outcome>[], options: RunOptions = {}): LoadReport {
  const { classes = [{ name: '50 ms', objectiveMs: 50 }], intervalMs = 1000, durationMs = 10_000 } = options;
  const tally = createTally(classes, intervalMs);
  for (const outcome of outcomes) tally.count({ ...answer, ...outcome });
  return { ...tally.report(durationMs), sender: { ...sender, bottleneck: options.bottleneck ?? null } };
}

const answer: Outcome = {
  ...{ code: 'ok', classIndex: 0, intendedMs: 0, latencyMs: 10 },
  ...{ variant: 'net:original', right: undefined, message: '' },
};

const sender: SenderReport = {
  ...{ intendedPerSecond: 100, sentPerSecond: 100, cpuUsPerRequest: 120, busy: 0.05, bottleneck: null },
  lagMs: { mean: 0.1, p50: 0.1, p90: 0.1, p95: 0.1, p99: 0.2, p999: 0.2, max: 0.3 },
};

/** Outcomes of three classes over 10 s: some are late, rejected or failed, and in the sixth second nothing is sent. */
export function mixedOutcomes(): readonly Partial<Outcome>[] {
  return Array.from({ length: 1000 }, (_, index): Partial<Outcome> => {
    const common = { classIndex: index % 3, intendedMs: index * 10, latencyMs: 5 + (index % 40) };
    if (index % 50 === 0) return { ...common, code: 'resource-exhausted', message: `the queue is full (${index})` };
    if (index % 97 === 0) return { ...common, code: 'unavailable', message: 'the connection was closed' };
    return { ...common, variant: index < 500 ? 'net:original' : 'net:int8' };
  }).filter(({ intendedMs = 0 }) => Math.floor(intendedMs / 1000) !== 5);
}

export const threeClasses = [20, 30, 400].map((objectiveMs) => ({ name: `${objectiveMs} ms`, objectiveMs }));
