// The targets that a solved program gives.

import type { Solution, SolvedShare } from '../../snapshot/solution.js';
import type { Formulated } from './formulate.js';
import { isFeasible } from './is-feasible.js';

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
 * Returns the targets that an outcome gives. Undefined if it has no values that satisfy the program, or no bound. Replicas of one
 * variant and class on different kinds of workers are one share.
 */
export function solutionOf(
  formulated: Formulated,
  outcome: ProgramOutcome,
  source: Solution['source'] = 'solved',
): Solution | undefined {
  const { program, at, planId } = formulated;
  const { values = outcome.incumbent?.values, objective = outcome.incumbent?.objective, bound } = outcome;
  if (values === undefined || !isFinite(objective) || !isFinite(bound)) return undefined;
  if (!isFeasible(program, values)) return undefined;
  const steadyUsd = objective - changesOf(formulated, values);
  const usdPerHour = usdOf(formulated, values);
  return { ...round(formulated, values), source, at, planId, objective, bound, steadyUsd, usdPerHour };
}

const isFinite = (value: number | undefined): value is number => Number.isFinite(value);

/** Returns the price of the loads. */
const changesOf = ({ program, places }: Formulated, values: ArrayLike<number>): number =>
  places.reduce((sum, { replicas, loads = replicas }) => {
    const { cost = 0 } = program.columns[loads] ?? {};
    return sum + cost * (values[loads] ?? 0);
  }, 0);

/** Returns the cost of the workers and of the slots' time, without the prices of changes, lost accuracy and unmet demand. */
function usdOf({ program, used, places }: Formulated, values: ArrayLike<number>): number {
  const ofWorkers = used.map((column) => Math.round(values[column] ?? 0) * (program.columns[column]?.cost ?? 0));
  const ofItems = places.flatMap(({ items }) =>
    items.map(({ column, usdPerItem }) => usdPerItem * (values[column] ?? 0)),
  );
  return [...ofWorkers, ...ofItems].reduce((sum, usd) => sum + usd, 0);
}

/** A share that further places of its variant and class are added to. */
interface OpenShare extends SolvedShare {
  readonly items: Map<string, { readonly perSecond: number; readonly slots: number }>;
}

function round(
  { rates, kinds, used, places }: Formulated,
  values: ArrayLike<number>,
): Pick<Solution, 'shares' | 'rates' | 'hosts' | 'replicas'> {
  const valueOf = (column: number): number => values[column] ?? 0;
  const shares = new Map<string, OpenShare>();
  for (const { variant, hardwareClass, replicas, items } of places) {
    const answering = items.filter(({ column }) => valueOf(column) > tolerance);
    // A rare demand takes so little of a replica that the solver takes it for none.
    if (answering.length === 0 && valueOf(replicas) <= tolerance) continue;
    const key = `${variant} ${hardwareClass}`;
    const share: OpenShare = shares.get(key) ?? { variant, hardwareClass, items: new Map() };
    shares.set(key, share);
    for (const { group, column, secondsPerItem } of answering) {
      const value = valueOf(column);
      const sum = share.items.get(group) ?? { perSecond: 0, slots: 0 };
      share.items.set(group, { perSecond: sum.perSecond + value, slots: sum.slots + value * secondsPerItem });
    }
  }
  return {
    shares: [...shares.values()],
    rates,
    replicas: new Map(
      places.flatMap(({ key, replicas }) => (valueOf(replicas) > tolerance ? [[key, valueOf(replicas)] as const] : [])),
    ),
    hosts: new Map(kinds.map(({ key }, index) => [key, Math.round(valueOf(used[index] ?? -1))])),
  };
}
