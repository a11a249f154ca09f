// Results of simulations for tests.

import type { SimulationResult } from '@pareto/simulator';

type Totals = SimulationResult['totals'];

const noTotals: Totals = {
  ...{ asked: 0, answered: 0, onTime: 0, late: 0, inaccurate: 0, rejected: 0, dropped: 0, unfinished: 0 },
  ...{ accuracySum: 0, onTimeAccuracySum: 0, usd: 0, latency: { p50Ms: 0, p95Ms: 0, p99Ms: 0 } },
};

const noSeries: SimulationResult['series'] = {
  ...{ asked: [], answered: [], onTime: [], late: [], inaccurate: [], rejected: [], dropped: [], accuracySum: [] },
  ...{ usd: [], busySlots: [], usedSlots: [], capacity: [], variants: [] },
};

export const fakeResult = (
  result: Partial<Omit<SimulationResult, 'totals'>> = {},
  totals: Partial<Totals> = {},
): SimulationResult => ({
  ...{ scenario: 'fake', policy: 'pareto', seed: 1, durationMs: 60_000, simulatedMs: 60_000, stepMs: 1_000 },
  ...{ tasks: [], streams: [], series: noSeries, ...result },
  totals: { ...noTotals, ...totals },
});
