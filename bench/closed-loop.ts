// A closed loop that keeps a constant number of queries in flight, which measures the capacity of the other side.

import { systemClock } from '@pareto/core';

export interface ClosedLoopOptions {
  readonly inFlight: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

/** Returns answers per second. Throws the first error. */
export async function closedLoop(
  send: (index: number) => Promise<unknown>,
  { inFlight, warmMs, measureMs }: ClosedLoopOptions,
): Promise<number> {
  const from = systemClock.now() + warmMs;
  const until = from + measureMs;
  let index = 0;
  let answers = 0;
  const keepSending = async (): Promise<void> => {
    while (systemClock.now() < until) {
      await send(index++);
      const now = systemClock.now();
      if (now >= from && now < until) answers++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, keepSending));
  return (answers * 1000) / measureMs;
}
