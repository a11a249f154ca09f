// The rows of the report: each figure of a load, real and simulated, and the limits of their differences.

import type { Row } from '../report.js';
import { halfWidth } from '../report/half-width.js';
import { mean, valuesOf, type Figure, type Outcome } from './outcome.js';

export interface ComparedLoad {
  readonly name: string;
  readonly real: readonly Outcome[];
  readonly simulated: readonly Outcome[];
}

/** Limits of the relative differences of the other figures, in percent. */
const maxPercent = { goodput: 5, usd: 5, p99Ms: 15 } as const;
/** The difference of the attainment is at most this, in points, or half of the width of the 95 % interval of the real runs. */
const minPoints = 1;

const units: Readonly<Record<Exclude<Figure, 'attainment' | 'failed'>, string>> = {
  ...{ goodput: '/s', usd: 'USD', p50Ms: 'ms', p99Ms: 'ms' },
};
const names: Readonly<Record<Exclude<Figure, 'failed'>, string>> = {
  ...{ attainment: 'attainment', goodput: 'goodput', usd: 'cost', p50Ms: 'p50', p99Ms: 'p99' },
};

export function compareRows({ name, real, simulated }: ComparedLoad): readonly Row[] {
  const values = (runs: readonly Outcome[], figure: Figure): readonly number[] => valuesOf(runs, figure);
  const percents = values(real, 'attainment').map((share) => 100 * share);
  const simulatedPercent = 100 * mean(values(simulated, 'attainment'));
  const half = halfWidth(percents);
  const points = Math.abs(simulatedPercent - mean(percents));
  const others = (['goodput', 'usd', 'p50Ms', 'p99Ms'] as const).flatMap((figure): readonly Row[] => {
    const [inReality, inSimulation] = [mean(values(real, figure)), mean(values(simulated, figure))];
    const limit = figure === 'p50Ms' ? undefined : maxPercent[figure];
    return [
      { name: `${name}: ${names[figure]}, real`, value: inReality, unit: units[figure] },
      { name: `${name}: ${names[figure]}, simulated`, value: inSimulation, unit: units[figure] },
      {
        ...{ name: `${name}: ${names[figure]}, difference`, unit: '%' },
        value: (100 * Math.abs(inSimulation - inReality)) / inReality,
        ...(limit !== undefined && { reach: { atMost: limit } }),
      },
    ];
  });
  return [
    { name: `${name}: attainment, real`, value: mean(percents), unit: '%' },
    { name: `${name}: attainment, half of the 95 % interval`, value: half, unit: 'points' },
    { name: `${name}: attainment, simulated`, value: simulatedPercent, unit: '%' },
    {
      ...{ name: `${name}: attainment, difference`, value: points, unit: 'points' },
      reach: { atMost: Math.max(minPoints, Number.isFinite(half) ? half : 0) },
    },
    ...others,
    {
      ...{ name: `${name}: queries that failed, real`, unit: '' },
      value: values(real, 'failed').reduce((sum, failed) => sum + failed, 0),
      reach: { atMost: 0 },
    },
  ];
}
