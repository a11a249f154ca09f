// The interface of arrival processes.

import type { Rng } from '@pareto/core';

/** A function that draws ascending times in ms, at least 0 and below `durationMs`, when they are needed. */
export type ArrivalPlanner<P> = (parameters: P, durationMs: number, rng: Rng) => Iterable<number>;
