// Results of simulations that never took place.

import type { SimulationResult, SimulationScenario } from '../../src/simulation/simulation-result.js';

export interface ResultOptions {
  readonly policy?: string;
  readonly seed?: number;
  /** Steps of a second. */
  readonly steps?: number;
  /** Share of the queries that are on time. The others are late, rejected and dropped in equal parts. */
  readonly onTime?: number;
  readonly usdPerHour?: number;
  readonly variants?: readonly string[];
  /** Bound of the cost. Set for the clairvoyant. */
  readonly boundUsdPerHour?: number;
}

/** Builds the result of a steady run: 100 queries per second, of which the first half goes to the first variant. */
export function buildResult(options: ResultOptions = {}): SimulationResult {
  const {
    policy = 'pareto',
    seed = 1,
    steps = 10,
    onTime = 0.97,
    usdPerHour = 36,
    variants = ['net:fp32', 'net:int8'],
    boundUsdPerHour,
  } = options;
  const each = (value: number): number[] => Array.from({ length: steps }, () => value);
  const missed = (100 * (1 - onTime)) / 3;
  const answered = 100 * onTime + missed;
  const totals: SimulationResult['totals'] = {
    ...{ asked: 100 * steps, answered: answered * steps, onTime: 100 * onTime * steps, late: missed * steps },
    ...{ inaccurate: 0, onTimeAccuracySum: 90 * onTime * steps },
    ...{ rejected: missed * steps, dropped: missed * steps, unfinished: 0, accuracySum: 0.9 * answered * steps },
    ...{ usd: (usdPerHour * steps) / 3600, latency: { p50Ms: 12, p95Ms: 30, p99Ms: 40 } },
  };
  const half = Math.ceil(steps / 2);
  return {
    ...{ policy, seed, durationMs: 1000 * steps, simulatedMs: 1000 * steps, stepMs: 1000, totals },
    ...(boundUsdPerHour !== undefined && {
      clairvoyant: { bound: { usd: (boundUsdPerHour * steps) / 3600, attainment: 0.99 } },
    }),
    tasks: [{ task: 'digits', totals }],
    streams: [{ task: 'digits', objective: { minAccuracy: 0.95 }, totals }],
    series: {
      ...{ asked: each(100), answered: each(answered), onTime: each(100 * onTime) },
      ...{
        late: each(missed),
        inaccurate: each(0),
        rejected: each(missed),
        dropped: each(missed),
        accuracySum: each(0.9 * answered),
      },
      ...{ usd: each(usdPerHour / 3600), busySlots: each(2), usedSlots: each(4), capacity: each(150) },
      variants: variants.map((variant, index) => ({
        ...{ variant, hardwareClass: 'T4', replicas: each(variants.length - index) },
        answered: Array.from({ length: steps }, (_, step) => (index === (step < half ? 0 : 1) ? answered : 0)),
      })),
    },
  };
}

export const testScenario: SimulationScenario = {
  ...{ name: 'test', durationMs: 10_000, routers: 2, faults: [] },
  registry: {
    tasks: [{}],
    variants: [
      {
        name: 'net:fp32',
        profiles: [
          { hardwareClass: 'T4', modelled: false, source: 'own profiles' },
          { hardwareClass: 'V100', modelled: true, source: 'fit to T4' },
        ],
      },
    ],
  },
  fleet: {
    classes: [{ name: 'T4', usdPerSlotHour: 0.526 }],
    workers: [{ hardwareClass: 'T4', count: 20, slots: 4 }],
  },
};
