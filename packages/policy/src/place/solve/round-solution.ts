// The targets that a solved program gives.

import type { HardwareClassId, Milliseconds, VariantId } from '@pareto/core';
import type { Solution } from '../../snapshot/solution.js';
import type { Formulated } from './formulate.js';

/** The outcome of solving a program, with the values of its columns if there are any. */
export interface ProgramOutcome {
  readonly status: string;
  /** Values and objective of a program that was solved to its gap. */
  readonly values?: ArrayLike<number>;
  readonly objective?: number;
  /** Best values of a program that was stopped. */
  readonly incumbent?: { readonly values: ArrayLike<number>; readonly objective: number } | undefined;
  /** Proven bound of the objective. */
  readonly bound?: number | undefined;
}

/** Smaller values are 0 within the tolerance of the solver. */
const tolerance = 1e-6;

/**
 * Returns the targets that an outcome gives. Undefined if it has no values. Replicas of one variant and class on different kinds of
 * workers are one share.
 */
export function solutionOf(formulated: Formulated, outcome: ProgramOutcome, at: Milliseconds): Solution | undefined {
  const { values = outcome.incumbent?.values, objective = outcome.incumbent?.objective, bound } = outcome;
  if (values === undefined || objective === undefined) return undefined;
  return { ...round(formulated, values), at, objective, bound };
}

function round(
  { rates, kinds, used, places }: Formulated,
  values: ArrayLike<number>,
): Pick<Solution, 'shares' | 'rates' | 'hosts'> {
  const valueOf = (column: number): number => values[column] ?? 0;
  const shares = new Map<
    string,
    {
      variant: VariantId;
      hardwareClass: HardwareClassId;
      replicas: number;
      items: Map<string, { perSecond: number; slots: number }>;
    }
  >();
  for (const { variant, hardwareClass, replicas, items } of places) {
    const count = Math.round(valueOf(replicas));
    if (count === 0) continue;
    const key = `${variant} ${hardwareClass}`;
    const share = shares.get(key) ?? {
      variant,
      hardwareClass,
      replicas: 0,
      items: new Map<string, { perSecond: number; slots: number }>(),
    };
    shares.set(key, share);
    share.replicas += count;
    for (const { group, column, secondsPerItem } of items) {
      const value = valueOf(column);
      if (value <= tolerance) continue;
      const sum = share.items.get(group) ?? { perSecond: 0, slots: 0 };
      share.items.set(group, { perSecond: sum.perSecond + value, slots: sum.slots + value * secondsPerItem });
    }
  }
  return {
    shares: [...shares.values()],
    rates,
    hosts: new Map(kinds.map(({ key }, index) => [key, Math.round(valueOf(used[index] ?? -1))])),
  };
}
