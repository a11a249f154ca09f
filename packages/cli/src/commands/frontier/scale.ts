// Scales of axes: the position of a value on an axis, and the ticks.

export interface Scale {
  /** Returns the position of a value: 0 at the lower end of the axis, 1 at the upper. */
  readonly at: (value: number) => number;
  /** Values with a tick, ascending. */
  readonly ticks: readonly number[];
}

/** Returns the distance of the ticks of a linear scale. */
export const stepOf = ({ ticks }: Scale): number => (ticks[1] ?? 1) - (ticks[0] ?? 0);

/** Returns a linear scale over `values` with a margin, and about `ticks` ticks. */
export function linearScale(values: readonly number[], ticks: number): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const size = Math.max(Math.abs(low), Math.abs(high));
  // The axis needs a length even if all values are equal.
  const room = high - low > size * 1e-6 ? (high - low) * 0.06 : Math.max(size * 0.01, 1e-6);
  const [from, to] = [low - room, high + room];
  const step = niceStep((to - from) / Math.max(1, ticks));
  return { at: (value) => (value - from) / (to - from), ticks: multiplesIn(from, to, step) };
}

/** Returns a logarithmic scale over positive `values` with a margin, and about `ticks` ticks. */
export function logScale(values: readonly number[], ticks: number): Scale {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = Math.max(1.1, (high / low) ** 0.05);
  const [from, to] = [low / room, high * room];
  const span = Math.log(to / from);
  const at = (value: number): number => Math.log(value / from) / span;
  return { at, ticks: logTicks(from, to, ticks) };
}

/** Returns the smallest of 1, 2 and 5 times a power of ten that is at least `min`. */
function niceStep(min: number): number {
  const power = 10 ** Math.floor(Math.log10(min));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= min * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function multiplesIn(from: number, to: number, step: number): readonly number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  // Rounds away the floating-point error of multiples such as 3 * 0.1.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Returns powers of ten, with multiples by 2 and 5 if they fit, or equal steps if the axis is too short. */
function logTicks(from: number, to: number, wanted: number): readonly number[] {
  const sparse = powersIn(from, to, [1]);
  const dense = powersIn(from, to, [1, 2, 5]);
  if (dense.length < 3) return multiplesIn(from, to, niceStep((to - from) / wanted));
  if (dense.length <= wanted) return dense;
  const every = Math.ceil(sparse.length / wanted);
  return sparse.length < 2 ? dense : sparse.filter((_, i) => i % every === 0);
}

function powersIn(from: number, to: number, factors: readonly number[]): readonly number[] {
  const first = Math.floor(Math.log10(from));
  const count = Math.ceil(Math.log10(to)) - first + 1;
  const all = Array.from({ length: count }, (_, i) => factors.map((factor) => Number(`${factor}e${first + i}`)));
  return all.flat().filter((value) => value >= from && value <= to);
}
