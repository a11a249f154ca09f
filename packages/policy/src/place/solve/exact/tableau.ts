// A linear program in the form of the dual simplex method with bounded variables. Programs whose costs are not negative need no first
// phase: all columns at their lower bounds are optimal until rows are violated.

import type { Program } from '@pareto/core';

/** Operations that solving may still take. */
export interface Budget {
  work: number;
}

/** Part of the magnitude of a value by which it may violate its bounds. */
const tolerance = 1e-9;
/** Smaller entries are 0 within the precision of the arithmetic. */
const minPivot = 1e-9;
/** Pivots of one solution after which ties are broken by index, so that pivots do not repeat. */
const maxFreePivots = 500;

/**
 * Variables are the columns of the program, then its rows. Each row of the tableau states a basic variable as a sum over the others, which
 * are at one of their bounds.
 */
export class Tableau {
  readonly #rows: number;
  readonly #columns: number;
  readonly #entries: Float64Array;
  /** Change of the objective per unit of each variable that is not basic. */
  readonly #costs: Float64Array;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  readonly #values: Float64Array;
  /** Variables that are basic, by row, and those that are not, by column. */
  readonly #basic: Int32Array;
  readonly #others: Int32Array;
  /** Column of each variable that is not basic. -1 for a basic one. */
  readonly #columnOf: Int32Array;

  private constructor(from: Program | Tableau) {
    if (from instanceof Tableau) {
      this.#rows = from.#rows;
      this.#columns = from.#columns;
      this.#entries = from.#entries.slice();
      this.#costs = from.#costs.slice();
      this.#lower = from.#lower.slice();
      this.#upper = from.#upper.slice();
      this.#values = from.#values.slice();
      this.#basic = from.#basic.slice();
      this.#others = from.#others.slice();
      this.#columnOf = from.#columnOf.slice();
      return;
    }
    const { columns, rows } = from;
    const [n, m] = [columns.length, rows.length];
    this.#rows = m;
    this.#columns = n;
    this.#entries = new Float64Array(m * n);
    this.#costs = Float64Array.from(columns, ({ cost }) => cost);
    this.#lower = new Float64Array(n + m);
    this.#upper = new Float64Array(n + m);
    this.#values = new Float64Array(n + m);
    this.#basic = Int32Array.from(rows, (_, index) => n + index);
    this.#others = Int32Array.from(columns, (_, index) => index);
    this.#columnOf = Int32Array.from({ length: n + m }, (_, index) => (index < n ? index : -1));
    for (const [index, { lower = 0, upper = Infinity, isInteger = false }] of columns.entries()) {
      this.#lower[index] = isInteger ? Math.ceil(lower) : lower;
      this.#upper[index] = isInteger ? Math.floor(upper) : upper;
      this.#values[index] = this.#lower[index] ?? 0;
    }
    for (const [index, { lower = -Infinity, upper = Infinity, columns: own, coefficients }] of rows.entries()) {
      const scale = Math.max(...coefficients.map(Math.abs)) || 1;
      this.#lower[n + index] = lower / scale;
      this.#upper[n + index] = upper / scale;
      for (const [at, column] of own.entries()) {
        const entry = (coefficients[at] ?? 0) / scale;
        this.#entries[index * n + column] = entry;
        this.#add(n + index, entry * this.#value(column));
      }
    }
  }

  /** Creates the tableau of a program whose costs are at least 0, and whose columns have finite lower bounds. */
  static of(program: Program): Tableau {
    return new Tableau(program);
  }

  clone(): Tableau {
    return new Tableau(this);
  }

  get objective(): number {
    let sum = 0;
    for (let column = 0; column < this.#columns; column += 1)
      sum += (this.#costs[column] ?? 0) * this.#value(this.#others[column] ?? 0);
    return sum;
  }

  /** Returns the value of a column of the program. */
  valueOf(column: number): number {
    return this.#value(column);
  }

  /** Narrows the bounds of a column of the program. `solve` follows. */
  narrow(variable: number, lower: number, upper: number): void {
    this.#lower[variable] = Math.max(lower, this.#lower[variable] ?? 0);
    this.#upper[variable] = Math.min(upper, this.#upper[variable] ?? 0);
    const column = this.#columnOf[variable] ?? -1;
    if (column < 0) return;
    const value = this.#value(variable);
    this.#move(column, Math.min(Math.max(value, this.#lower[variable] ?? 0), this.#upper[variable] ?? 0) - value);
  }

  /**
   * Pivots until the values are optimal, or the budget is spent. `worse`: no values satisfy the rows for less than `maxObjective`, which
   * each pivot comes closer to.
   */
  solve(budget: Budget, maxObjective: number): 'optimal' | 'worse' | 'stopped' {
    for (let pivots = 0; ; pivots += 1) {
      const isOrdered = pivots > maxFreePivots;
      const row = this.#violatedRow(isOrdered);
      if (this.objective >= maxObjective) return 'worse';
      if (row === -1) return 'optimal';
      budget.work -= this.#entries.length;
      if (budget.work < 0) return 'stopped';
      const leaving = this.#basic[row] ?? 0;
      const isBelow = this.#value(leaving) < (this.#lower[leaving] ?? 0);
      const column = this.#enteringColumn(row, isBelow, isOrdered);
      if (column === -1) return 'worse';
      const target = (isBelow ? this.#lower : this.#upper)[leaving] ?? 0;
      const step = (target - this.#value(leaving)) / this.#entry(row, column);
      this.#move(column, step);
      this.#values[leaving] = target;
      this.#pivot(row, column);
    }
  }

  /** Returns the row whose basic variable violates its bounds most, or the first one. -1 if none does. */
  #violatedRow(isOrdered: boolean): number {
    let [found, most] = [-1, 0];
    for (let row = 0; row < this.#rows; row += 1) {
      const variable = this.#basic[row] ?? 0;
      const value = this.#value(variable);
      const excess = Math.max((this.#lower[variable] ?? 0) - value, value - (this.#upper[variable] ?? 0));
      if (excess <= tolerance * (1 + Math.abs(value))) continue;
      if (isOrdered ? found === -1 || variable < (this.#basic[found] ?? 0) : excess > most) {
        found = row;
        most = excess;
      }
    }
    return found;
  }

  /** Returns the column that moves a row's variable back at the least cost. -1 if none can. */
  #enteringColumn(row: number, isBelow: boolean, isOrdered: boolean): number {
    let [found, least, size] = [-1, Infinity, 0];
    for (let column = 0; column < this.#columns; column += 1) {
      const entry = this.#entry(row, column);
      if (Math.abs(entry) < minPivot) continue;
      const variable = this.#others[column] ?? 0;
      const value = this.#value(variable);
      const isRising = entry > 0 === isBelow;
      if (isRising ? value >= (this.#upper[variable] ?? 0) : value <= (this.#lower[variable] ?? 0)) continue;
      const ratio = Math.abs(this.#costs[column] ?? 0) / Math.abs(entry);
      const isTie = Math.abs(ratio - least) <= tolerance * (1 + least);
      const isBetter = isTie
        ? isOrdered
          ? variable < (this.#others[found] ?? 0)
          : Math.abs(entry) > size
        : ratio < least;
      if (!isBetter) continue;
      found = column;
      least = Math.min(least, ratio);
      size = Math.abs(entry);
    }
    return found;
  }

  /** Changes the value of a variable that is not basic, and with it those of the basic ones. */
  #move(column: number, step: number): void {
    if (step === 0) return;
    this.#add(this.#others[column] ?? 0, step);
    for (let row = 0; row < this.#rows; row += 1) {
      const entry = this.#entry(row, column);
      if (entry !== 0) this.#add(this.#basic[row] ?? 0, entry * step);
    }
  }

  /** Exchanges the variables of a row and a column. */
  #pivot(row: number, column: number): void {
    const [entries, costs, n] = [this.#entries, this.#costs, this.#columns];
    const start = row * n;
    const pivot = entries[start + column] ?? 0;
    for (let at = start; at < start + n; at += 1) entries[at] = -(entries[at] ?? 0) / pivot;
    entries[start + column] = 1 / pivot;
    for (let other = 0; other < this.#rows; other += 1)
      if (other !== row) addRow(entries, other * n, entries, start, n, column);
    addRow(costs, 0, entries, start, n, column);
    const [leaving, entering] = [this.#basic[row] ?? 0, this.#others[column] ?? 0];
    this.#basic[row] = entering;
    this.#others[column] = leaving;
    this.#columnOf[entering] = -1;
    this.#columnOf[leaving] = column;
  }

  #entry(row: number, column: number): number {
    return this.#entries[row * this.#columns + column] ?? 0;
  }

  #value(variable: number): number {
    return this.#values[variable] ?? 0;
  }

  #add(variable: number, step: number): void {
    this.#values[variable] = this.#value(variable) + step;
  }
}

/** Replaces the variable of a column in a row of `to` by the row of `from` that states it. */
function addRow(
  to: Float64Array,
  toStart: number,
  from: Float64Array,
  fromStart: number,
  n: number,
  column: number,
): void {
  const factor = to[toStart + column] ?? 0;
  if (factor === 0) return;
  to[toStart + column] = 0;
  for (let at = 0; at < n; at += 1) to[toStart + at] = (to[toStart + at] ?? 0) + factor * (from[fromStart + at] ?? 0);
}
