// The rate of a stream that static replicas are sized for, from its true arrivals.

/** `peak`: the highest rate of all periods of this length. */
export type Sizing = { readonly kind: 'mean' } | { readonly kind: 'peak'; readonly periodMs: number };

/** Returns queries per second. `arrivals` are times in ms, ascending, from `startsAt` on. */
export function statedRate(arrivals: Iterable<number>, startsAt: number, durationMs: number, sizing: Sizing): number {
  const periodMs = sizing.kind === 'mean' ? durationMs : sizing.periodMs;
  let most = 0;
  let [period, count] = [0, 0];
  for (const at of arrivals) {
    const own = Math.floor((at - startsAt) / periodMs);
    if (own !== period) [period, count] = [own, 0];
    count += 1;
    most = Math.max(most, count);
  }
  return (1_000 * most) / periodMs;
}
