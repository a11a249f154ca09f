// The interface of a criterion of selection. A new criterion is a file here and a line in `criteria.ts`. If it depends on the
// query, the file has a function from numbers to a code, which `examine.ts` calls.

import type { Candidate, Exclusion, Objective, RuleInForce } from '@pareto/core';

/** A verdict on a candidate, as traces count it and `explain` shows it. */
export interface Verdict {
  readonly name: string;
  /** Index of its counter in traces. Codes are consecutive, and `explain` returns the counts in their order. */
  readonly code: number;
  /** Short text, which can follow a count: `3 too slow`. */
  readonly text: string;
  /** Returns what explains the verdict on this candidate. Empty if nothing does. */
  readonly detail?: (candidate: Candidate, rules: readonly RuleInForce[]) => string;
  /** Returns how far the candidate is from the objective. Undefined if that is not known. */
  readonly shortfall?: (figures: CandidateFigures, limits: Limits) => Shortfall | undefined;
}

/** A reason why a candidate does not answer a query. The first one that applies is the verdict. */
export interface Criterion extends Verdict {
  /** Returns whether the candidate answers no query of the target. Evaluated once for each routing table. */
  readonly excludes?: (candidate: Candidate, exclusion: Exclusion | undefined) => boolean;
}

/** The code of a candidate that no criterion excludes, which is that of the verdict `eligible`. */
export const passes = 0;

/** The numbers of a candidate that `explain` returns. */
export interface CandidateFigures {
  /** 0 if the candidate was never measured. */
  readonly predictedMs: number;
  readonly slackMs: number;
  /** Measured accuracy by the bound of the objective. Undefined if not measured. */
  readonly accuracy: number | undefined;
  readonly costPer1k: number;
}

type Limits = Pick<Objective, 'minAccuracy' | 'maxCostPer1k'>;

export interface Shortfall {
  readonly unit: 'ms' | 'accuracy' | 'usd';
  readonly value: number;
}

/** Returns how much the predicted latency exceeds the objective. Undefined if it does not, or if it is not known. */
export const excessLatency = ({ predictedMs, slackMs }: CandidateFigures): Shortfall | undefined =>
  predictedMs > 0 && slackMs < 0 ? { unit: 'ms', value: -slackMs } : undefined;
