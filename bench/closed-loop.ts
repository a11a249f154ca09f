// Queries sent so that always as many are under way: the most that the other side can do.

import { systemClock } from '@pareto/core';

export interface ClosedLoopOptions {
  readonly inFlight: number;
  readonly warmMs: number;
  readonly measureMs: number;
}

/** Answers per second. Throws the first failure. */
export async function closedLoop(
  send: (turn: number) => Promise<unknown>,
  { inFlight, warmMs, measureMs }: ClosedLoopOptions,
): Promise<number> {
  const from = systemClock.now() + warmMs;
  const until = from + measureMs;
  let turn = 0;
  let answers = 0;
  const keepSending = async (): Promise<void> => {
    while (systemClock.now() < until) {
      await send(turn++);
      const now = systemClock.now();
      if (now >= from && now < until) answers++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, keepSending));
  return (answers * 1000) / measureMs;
}
