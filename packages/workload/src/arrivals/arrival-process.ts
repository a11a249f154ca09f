// The table of arrival processes. A new process is a file with its parameters and planner, and a line in each of the two
// tables.

import type { ArrivalPlanner } from './arrival-planner.js';
import { planConstant, type ConstantArrivals } from './constant.js';
import { planDiurnal, type DiurnalArrivals } from './diurnal.js';
import { planGamma, type GammaArrivals } from './gamma.js';
import { planPoisson, type PoissonArrivals } from './poisson.js';
import { planStep, type StepArrivals } from './step.js';
import { planTrace, type TraceArrivals } from './trace.js';

/** Parameters of each process. */
interface ArrivalParameters {
  readonly constant: ConstantArrivals;
  readonly poisson: PoissonArrivals;
  readonly gamma: GammaArrivals;
  readonly diurnal: DiurnalArrivals;
  readonly step: StepArrivals;
  readonly trace: TraceArrivals;
}

export const arrivalPlanners: { readonly [K in ArrivalKind]: ArrivalPlanner<ArrivalParameters[K]> } = {
  constant: planConstant,
  poisson: planPoisson,
  gamma: planGamma,
  diurnal: planDiurnal,
  step: planStep,
  trace: planTrace,
};

export type ArrivalKind = keyof ArrivalParameters;

/** A process with its parameters, discriminated by `kind`. */
export type ArrivalProcess<K extends ArrivalKind = ArrivalKind> = {
  [P in K]: { readonly kind: P } & ArrivalParameters[P];
}[K];
