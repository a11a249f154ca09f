// Texts of verdicts.

import { formatDifference } from '@pareto/core';
import { findVerdict } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { formatCost, formatMs } from '../terminal/format.js';

/** Short texts of what only the outcome of a decision says about a candidate. */
const outcomes: Readonly<Record<string, string>> = { chosen: 'chosen', degraded: 'chosen below the floor' };

/** Returns a text that can follow a count: `3 too slow`. */
export const briefVerdict = (verdict: string): string => outcomes[verdict] ?? findVerdict(verdict)?.text ?? verdict;

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
  const { verdict, slackMs, predictedMs, accuracy: measured, costPer_1k: costPer1k } = candidate;
  const accuracy = objective?.accuracyBound === 'LOWER95' ? measured?.lower95 : measured?.value;
  const limits = { minAccuracy: objective?.minAccuracy, maxCostPer1k: objective?.maxCostPer_1k };
  const by = findVerdict(verdict)?.shortfall?.({ predictedMs, slackMs, accuracy, costPer1k }, limits);
  switch (by?.unit) {
    case undefined:
      return undefined;
    case 'ms':
      return formatMs(by.value);
    case 'usd':
      return `${formatCost(by.value)}/1M`;
    case 'accuracy':
      return formatDifference(measured ?? { metric: '' }, accuracy ?? 0, limits.minAccuracy ?? 0);
  }
}
