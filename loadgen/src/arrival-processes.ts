// The arrival processes of --arrivals: those that need nothing but a rate.

import type { ArrivalProcess } from '@pareto/workload';

export type ArrivalOption = 'constant' | 'poisson' | 'gamma';

/** Coefficient of variation of the gaps of `gamma`. */
export const gammaVariation = 2;

export const arrivalProcesses: Readonly<Record<ArrivalOption, (ratePerSecond: number) => ArrivalProcess>> = {
  constant: (ratePerSecond) => ({ kind: 'constant', ratePerSecond }),
  poisson: (ratePerSecond) => ({ kind: 'poisson', ratePerSecond }),
  gamma: (ratePerSecond) => ({ kind: 'gamma', ratePerSecond, variation: gammaVariation }),
};
