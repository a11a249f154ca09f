// Builds the result of a run from outcomes.

import type { LoadRun, LoadSettings, Outcome } from '../../src/index.js';
import { createTally } from '../../src/tally/tally.js';

type Given = Pick<Outcome, 'code'> & Partial<Outcome>;

const noLag = { mean: 0.1, p50: 0.05, p90: 0.1, p95: 0.2, p99: 0.4, p999: 1, max: 2 };

export const buildSettings = (settings: Partial<LoadSettings> = {}): LoadSettings => ({
  ...{
    address: '127.0.0.1:8001',
    connections: 1,
    headers: {},
    durationMs: 30_000,
    warmUpMs: 0,
    timeoutMs: 10_000,
    seed: 1,
  },
  loop: { kind: 'open', arrivals: { process: 'poisson', rate: 50 } },
  queries: [{ name: 'digits', target: 'digits', weight: 1, latencyMs: 50 }],
  ...settings,
});

/** Returns a run of 30 s, which has a class of each query of the settings. */
export function buildRun(settings: LoadSettings, outcomes: readonly Given[], more: Partial<LoadRun> = {}): LoadRun {
  const classes = settings.queries.map(({ name, latencyMs = 1_000 }) => ({ name, objectiveMs: latencyMs }));
  const tally = createTally(classes, 1_000);
  for (const outcome of outcomes) {
    const answered = outcome.code === 'ok' ? { variant: 'm:original' } : {};
    tally.count({
      ...{ classIndex: 0, intendedMs: 0, latencyMs: 10, variant: '', right: undefined, message: '', ...answered },
      ...outcome,
    });
  }
  return {
    ...tally.report(settings.durationMs),
    ...{ settings, interrupted: false, startedAt: '2026-01-31T12:00:00.000Z', machine: '2 x CPU', node: '24.1.0' },
    sender: {
      ...{ intendedPerSecond: 50, sentPerSecond: 49.9, cpuUsPerRequest: 41.2, busy: 0.12, lagMs: noLag },
      bottleneck: null,
    },
    ...more,
  };
}
