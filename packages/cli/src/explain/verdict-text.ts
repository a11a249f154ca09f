// Texts of verdicts.

import type { wire } from '@pareto/protocol';
import { formatMs, formatPercent, formatUsd } from '../terminal/format.js';

/** Short texts, which can follow a count: `3 too slow`. */
const brief: Readonly<Record<string, string>> = {
  chosen: 'chosen',
  degraded: 'chosen below the floor',
  eligible: 'also feasible',
  costlier: 'not examined, because they cost more',
  cold: 'not loaded',
  busy: 'too busy',
  backlogged: 'with a queue that may not get longer',
  unplaceable: 'not loadable now',
  'too-slow': 'too slow',
  'below-accuracy': 'below the floor',
  'above-cost': 'too expensive',
  unmeasured: 'not measured',
  'batch-too-large': 'limited to smaller batches',
  quarantined: 'quarantined',
  unmeasurable: 'not measurable',
  denied: 'denied',
  'not-pinned': 'not pinned',
  disagrees: 'unlike the original',
  dominated: 'dominated',
};

export const briefVerdict = (verdict: string): string => brief[verdict] ?? verdict;

/** Returns whether a candidate meets the objective, now or after loading. */
export const isFeasible = (verdict: string): boolean => ['chosen', 'eligible', 'cold'].includes(verdict);

/** Returns the verdict's text, with the distance from the objective if that is known. */
export function verdictText(candidate: wire.Candidate, objective: wire.Objective | null): string {
  const { verdict, detail } = candidate;
  const text = briefVerdict(verdict);
  const by = shortfall(candidate, objective);
  const more = detail === '' ? '' : `: ${detail}`;
  return `${text}${by === undefined ? '' : ` by ${by}`}${more}`;
}

function shortfall(candidate: wire.Candidate, objective: wire.Objective | null): string | undefined {
  const { verdict, slackMs, predictedMs, accuracy, costPer_1k: cost } = candidate;
  switch (verdict) {
    case 'too-slow':
    case 'busy':
      return predictedMs > 0 && slackMs < 0 ? formatMs(-slackMs) : undefined;
    case 'below-accuracy': {
      const floor = objective?.minAccuracy ?? 0;
      const value = objective?.accuracyBound === 'LOWER95' ? accuracy?.lower95 : accuracy?.value;
      return value === undefined || floor <= value ? undefined : formatPercent(floor - value).replace(' %', ' points');
    }
    case 'above-cost': {
      const ceiling = objective?.maxCostPer_1k ?? 0;
      return cost > ceiling && ceiling > 0 ? formatUsd(cost - ceiling) : undefined;
    }
    default:
      return undefined;
  }
}
