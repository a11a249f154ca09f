// The replicas of all variants as an integer program: the README states it.

import type { Program, ProgramColumn, ProgramRow } from '@pareto/core';
import type { Pool, PoolOption } from './pools.js';

export interface AllocationProblem {
  readonly pools: readonly Pool[];
  readonly options: readonly PoolOption[];
  /** Queries per second of each stream that the replicas are to serve. */
  readonly demand: readonly number[];
  /** Number of replicas of each option now. */
  readonly running: readonly number[];
}

/** The quantity that a program minimises: unmet queries per second, inaccurate ones, or the price of the workers that are used. */
export type AllocationGoal = 'unmet' | 'inaccuracy' | 'price';

export interface FormulatedAllocation {
  readonly program: Program;
  /** Columns of the replicas of each option. */
  readonly replicas: readonly number[];
  /** Columns of the queries per second that an option serves of a stream. */
  readonly served: readonly ServedColumn[];
}

interface ServedColumn {
  readonly option: number;
  readonly stream: number;
  readonly column: number;
  readonly ratePerSecond: number;
}

/** Cost of a load, as a share of the greatest value of the goal: of solutions that are alike, the one with the fewest loads counts. */
const loadShare = 1e-3;

type Term = readonly [column: number, coefficient: number];

/** Formulates the program. Its columns are the same for each goal. At most `maxUnmet` queries per second are not served. */
export function formulateAllocation(
  { pools, options, demand, running }: AllocationProblem,
  goal: AllocationGoal,
  maxUnmet: number = Infinity,
): FormulatedAllocation {
  const columns: ProgramColumn[] = [];
  const rows: ProgramRow[] = [];
  const add = (column: ProgramColumn): number => columns.push(column) - 1;
  const constrain = (bounds: Pick<ProgramRow, 'lower' | 'upper'>, terms: readonly Term[]): void =>
    void rows.push({
      ...bounds,
      columns: terms.map(([column]) => column),
      coefficients: terms.map(([, coefficient]) => coefficient),
    });

  const prices = pools.map(
    (pool) => pool.slots * (options.find((one) => one.pool === pool)?.option.usdPerSlotHour ?? 0),
  );
  const greatest = {
    unmet: 0,
    inaccuracy: demand.reduce((sum, rate) => sum + rate, 0),
    price: pools.reduce((sum, { workers }, pool) => sum + workers.length * (prices[pool] ?? 0), 0),
  }[goal];
  const used = pools.map(({ workers }, pool) =>
    add({ cost: goal === 'price' ? (prices[pool] ?? 0) : 0, upper: workers.length, isInteger: true }),
  );
  const replicas = options.map(({ pool: { workers, slots } }) =>
    add({ cost: 0, upper: workers.length * slots, isInteger: true }),
  );
  for (const [option, column] of replicas.entries()) {
    const loads = add({ cost: loadShare * greatest });
    constrain({ upper: running[option] ?? 0 }, [
      [column, 1],
      [loads, -1],
    ]);
  }
  const served: ServedColumn[] = [];
  const unmet: number[] = [];
  for (const [stream, rate] of demand.entries()) {
    const own = options.flatMap(({ modes, option: { accuracy } }, option): readonly ServedColumn[] => {
      const mode = modes[stream];
      if (rate <= 0 || mode === undefined) return [];
      const cost = goal === 'inaccuracy' ? 1 - accuracy : 0;
      return [{ option, stream, column: add({ cost }), ratePerSecond: mode.ratePerSecond }];
    });
    // Queries that no option can serve are left out.
    if (own.length === 0) continue;
    const missed = add({ cost: goal === 'unmet' ? 1 : 0 });
    constrain({ lower: rate, upper: rate }, [[missed, 1], ...own.map(({ column }): Term => [column, 1])]);
    served.push(...own);
    unmet.push(missed);
  }
  if (maxUnmet < Infinity)
    constrain(
      { upper: maxUnmet },
      unmet.map((column) => [column, 1]),
    );
  for (const [option, column] of replicas.entries())
    constrain({ upper: 0 }, [
      [column, -1],
      ...served.filter((one) => one.option === option).map((one): Term => [one.column, 1 / one.ratePerSecond]),
    ]);
  for (const [index, pool] of pools.entries()) {
    const hosts = used[index];
    if (hosts === undefined) continue;
    const own = options.flatMap((one, option) => {
      const column = replicas[option];
      return one.pool === pool && column !== undefined ? [{ column, mib: one.option.profile.memoryBytes / mib }] : [];
    });
    constrain({ upper: 0 }, [[hosts, -pool.slots], ...own.map(({ column }): Term => [column, 1])]);
    constrain({ upper: 0 }, [[hosts, -pool.memoryBytes / mib], ...own.map((one): Term => [one.column, one.mib])]);
  }
  return { program: { columns, rows }, replicas, served };
}

const mib = 2 ** 20;
