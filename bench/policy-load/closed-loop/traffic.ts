// The queries of a closed-loop scenario.

import { createSeededRng, type PartialObjective, type Rng } from '@pareto/core';
import type { ClientQuery } from '@pareto/simulator';
import { planArrivals } from '@pareto/workload';

/** Times from the first query on, in ms. */
type Arrivals = (rng: Rng) => readonly number[];

/** Queries of one kind. */
export interface Stream {
  readonly task: string;
  readonly stated: PartialObjective;
  readonly arrivals: Arrivals;
}

/** Queries at a constant mean rate, from one time to another. */
export const steady =
  (ratePerSecond: number, fromMs: number, toMs: number): Arrivals =>
  (rng) => {
    const arrivals = planArrivals({ kind: 'poisson', ratePerSecond }, toMs - fromMs, rng);
    return Array.from(arrivals, (at) => fromMs + at);
  };

/** Queries of several processes together. */
export const together =
  (...all: readonly Arrivals[]): Arrivals =>
  (rng) =>
    all.flatMap((arrivals) => arrivals(rng));

/** Bursts of queries at the start of each period. */
export const bursts = (ratePerSecond: number, burstMs: number, periodMs: number, count: number): Arrivals =>
  together(
    ...Array.from({ length: count }, (_, index) => steady(ratePerSecond, index * periodMs, index * periodMs + burstMs)),
  );

/** Returns the queries of all streams in order of arrival. The first may arrive at `startsAt`. Each goes to a router at random. */
export function planTraffic(
  streams: readonly Stream[],
  startsAt: number,
  routers: number,
  seed: number,
): readonly ClientQuery[] {
  const rng = createSeededRng(seed);
  return streams
    .flatMap(({ task: target, stated, arrivals }) =>
      arrivals(rng).map((at) => ({ arrivesAt: startsAt + at, target, stated })),
    )
    .toSorted((a, b) => a.arrivesAt - b.arrivesAt)
    .map((query, index) => ({ ...query, index, router: Math.floor(routers * rng()) }));
}
