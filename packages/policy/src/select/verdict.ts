// The verdict on one candidate for one query.

import type { AccuracyBound, Candidate, Objective, Shapes } from '@pareto/core';

/**
 * All verdicts, in the order of the trace's counters: `eligible`, then the reasons why a candidate does not answer.
 */
export const verdicts = [
  'eligible', // warm, and meets the objective
  'costlier', // not examined, because a cheaper candidate answers
  'cold', // would meet it once loaded
  'busy', // meets it when idle, but not with its current queue
  'backlogged', // would meet it, but its queue may not get longer
  'unplaceable', // would meet it, but no replica is ready and no worker can load it
  'too-slow', // does not meet the latency even when idle
  'below-accuracy',
  'above-cost',
  'unmeasured', // the objective limits a property that was not measured
  'batch-too-large',
  'quarantined',
  'unmeasurable', // measuring failed on every class of the fleet
  // Excluded by the target, see `Exclusion`.
  'denied',
  'not-pinned',
  'disagrees',
  'dominated',
] as const;

export type Verdict = (typeof verdicts)[number];

/** Index of each verdict in `verdicts`. */
export const verdictCodes: Readonly<Record<Verdict, number>> = Object.fromEntries(
  verdicts.map((verdict, code) => [verdict, code]),
) as Record<Verdict, number>;

export interface SelectionQuery {
  /** Size of the batch dimension. 1 if there is none. */
  readonly items: number;
  /** Shapes of the inputs with dynamic dimensions. Undefined if profiles do not depend on them. */
  readonly shapes?: Shapes | undefined;
  readonly objective: Objective;
  /** Time since the receipt of the headers. */
  readonly elapsedMs: number;
  readonly preference: Preference;
  /** Current time, on the clock of the loads. */
  readonly now: number;
  /** Maximum wait, in batches of the candidate. */
  readonly maxWaitBatches: number;
  /** Set if the maximum wait that the loads have does not apply. */
  readonly isPatient: boolean;
}

/** Order of the candidates that meet the objective: `most-accurate` applies if no source states an objective. */
export type Preference = 'cheapest' | 'most-accurate';

export interface SelectParams {
  /** Round trip from router to worker while they are not busy, in ms. */
  readonly hopMs: number;
}

export const defaultSelectParams: SelectParams = { hopMs: 1 };

/** Returns the accuracy that the objective compares, or undefined if it is not measured. */
export function accuracyOf(candidate: Candidate, bound: AccuracyBound): number | undefined {
  return bound === 'lower95' ? candidate.accuracy?.lower95 : candidate.accuracy?.value;
}
