// The interface of arrival processes.

import type { Rng } from '@pareto/core';

/** A function that returns ascending times in ms, at least 0 and below `durationMs`. */
export type ArrivalPlanner<P> = (parameters: P, durationMs: number, rng: Rng) => readonly number[];
