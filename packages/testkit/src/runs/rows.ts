// Measured values with their targets.

export interface Row {
  /** Unique together with the unit. */
  readonly name: string;
  readonly value: number;
  /** `x` and `%` are ratios. Empty for a count. */
  readonly unit: string;
  readonly reach?: Reach;
  /** Difference from a baseline that is noise, as a fraction of the baseline. */
  readonly noise?: number;
}

/** The target of a value. */
export type Reach =
  | { readonly below: number }
  | { readonly above: number }
  | { readonly atMost: number }
  | { readonly exactly: number };

/** A row as it is printed and written. */
export interface JudgedRow {
  readonly name: string;
  /** Null if there was nothing to measure, so that the row is not a finite number. */
  readonly value: number | null;
  readonly unit: string;
  /** Target, such as `< 300`. Null if there is none. */
  readonly reach: string | null;
  readonly holds: boolean | null;
}

export function judgeRow({ name, value, unit, reach }: Row): JudgedRow {
  const row = { name, value: Number.isFinite(value) ? value : null, unit };
  if (reach === undefined) return { ...row, reach: null, holds: null };
  const target = (sign: string, limit: number): string => `${sign} ${Number(limit.toPrecision(6))}`;
  if ('below' in reach) return { ...row, reach: target('<', reach.below), holds: value < reach.below };
  if ('above' in reach) return { ...row, reach: target('>', reach.above), holds: value > reach.above };
  if ('atMost' in reach) return { ...row, reach: target('<=', reach.atMost), holds: value <= reach.atMost };
  return { ...row, reach: target('=', reach.exactly), holds: value === reach.exactly };
}
