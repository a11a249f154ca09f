// Summarizes a decision in one sentence.

import { formatFloor } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { formatCeiling, formatMs } from '../../terminal/format.js';
import { measuredByOf } from '../../candidates/measured-by.js';
import { briefVerdict, isFeasible } from '../../candidates/verdict-text.js';

type Explained = Pick<wire.ExplainResponse, 'outcome' | 'candidates' | 'verdicts' | 'objective' | 'worker' | 'target'>;

export function explainInASentence(explained: Explained): string {
  const { outcome, candidates, target, worker } = explained;
  const first = candidates[0]?.variant ?? 'nothing';
  const on = worker === '' ? '' : ` on ${worker}`;
  const meets = objectiveWords(explained, 's');
  const meet = objectiveWords(explained, '');
  switch (outcome) {
    case 'chosen':
      return `${first}${on} answered: ${choiceReason(explained)}${othersText(explained)}`;
    case 'degraded':
      return `${first}${on} answered below the floor, as the objective allows: no variant of ${target} ${meets} now${othersText(explained)}`;
    case 'cold':
      return `held until a variant is loaded: ${coldVariant(candidates)} ${meets}, but no replica of it was ready${othersText(explained)}`;
    case 'overloaded':
      return `refused: the variants of ${target} that ${meet} are too busy now${othersText(explained)}`;
    case 'backlogged':
      return `refused: ${target} is overloaded, and the queue for what ${meets} may not get longer${othersText(explained)}`;
    case 'late':
      return `refused by the worker: ${first}${on} was chosen, but could not start the query in time any more${othersText(explained)}`;
    case 'infeasible':
      return `refused: no variant of ${target} ${meets}${othersText(explained)}`;
    case 'unplaceable':
      return `refused: no variant that ${meets} is loaded, and no worker can load one now${othersText(explained)}`;
    case 'batch-too-large':
      return `refused: the batch is larger than any variant of ${target} serves`;
    case 'quarantined':
      return `refused: ${target} is quarantined, because requests crashed its executors`;
    case 'hold-limit':
      return `refused: a variant that ${meets} is loading, but too many queries wait for it already`;
    case 'late-load':
      return `refused: a variant that ${meets} is not loaded, its load takes longer than the latency, and slots are short${othersText(explained)}`;
    case 'ruled-out':
      return `refused: rules exclude every variant that ${meets}${othersText(explained)}`;
    default:
      return `undecided: ${outcome}`;
  }
}

/** Returns e.g. `meets ≥ 98 % within 20 ms for at most $0.01/1k ($10.0/1M)`, or `answers within 20 ms` without a floor. */
function objectiveWords({ objective, candidates }: Explained, ending: 's' | ''): string {
  const {
    _latencyMs,
    latencyMs = 0,
    _minAccuracy,
    minAccuracy = 0,
    _maxCostPer_1k,
    maxCostPer_1k = 0,
  } = objective ?? {};
  const bound = objective?.accuracyBound === 'LOWER95' ? ' by the lower bound' : '';
  const parts = [
    ...(_minAccuracy === undefined
      ? [`answer${ending}`]
      : [`meet${ending} ${trimmed(formatFloor(minAccuracy, measuredByOf(candidates)))}${bound}`]),
    ...(_latencyMs === undefined ? [] : [`within ${trimmedMs(latencyMs)}`]),
    ...(_maxCostPer_1k === undefined ? [] : [`for at most ${formatCeiling(maxCostPer_1k)}`]),
  ];
  return parts.join(' ');
}

const trimmed = (floor: string): string => floor.replace(/\.?0+ %$/, ' %');
const trimmedMs = (ms: number): string => formatMs(ms).replace(/\.0+ ms$/, ' ms');

function choiceReason(explained: Explained): string {
  const { candidates, verdicts } = explained;
  const feasible = candidates.filter(({ verdict }) => verdict === 'chosen' || verdict === 'eligible');
  const [chosen] = feasible;
  const { eligible = 0, cold = 0, costlier = 0 } = verdicts;
  // The list of candidates may be truncated; the counts of verdicts are not.
  const count = Math.max(feasible.length, eligible);
  const meets = objectiveWords(explained, 's');
  const meet = objectiveWords(explained, '');
  if (chosen === undefined || count <= 1) {
    if (costlier > 0) return `the cheapest that ${meets}`;
    return cold === 0 ? `the only variant that ${meets}` : `the one that is loaded of ${cold + 1} that ${meet}`;
  }
  const isCheapest = feasible.every(({ costPer_1k }) => costPer_1k >= chosen.costPer_1k);
  const equal = feasible.filter(({ accuracyRank }) => accuracyRank === chosen.accuracyRank);
  const isBest =
    chosen.accuracyRank > 0
      ? feasible.every(({ accuracyRank }) => accuracyRank >= chosen.accuracyRank)
      : feasible.every(({ accuracy }) => (accuracy?.value ?? 0) <= (chosen.accuracy?.value ?? 0));
  const best =
    chosen.accuracyRank > 0 && equal.length > 1 ? 'the cheapest of the equally accurate best' : 'the most accurate';
  const rank = isCheapest ? 'the cheapest' : isBest ? best : 'the best choice';
  return `${rank} of ${count} that ${meet}`;
}

const coldVariant = (candidates: readonly wire.Candidate[]): string =>
  candidates.find(({ verdict }) => verdict === 'cold')?.variant ?? 'a variant';

/** Returns e.g. `; 5 were rejected: 3 too slow, 2 below the floor`. */
function othersText({ verdicts }: Explained): string {
  const { cold = 0, costlier = 0, ...others } = verdicts;
  const refused = Object.entries(others).filter(([verdict, count]) => count > 0 && !isFeasible(verdict));
  const total = refused.reduce((sum, [, count]) => sum + count, 0);
  const parts = refused
    .toSorted(([, a], [, b]) => b - a)
    .map(([verdict, count]) => `${count} ${briefVerdict(verdict)}`);
  const left = total === 0 ? '' : `; ${total} ${total === 1 ? 'was' : 'were'} refused: ${parts.join(', ')}`;
  const loadable = cold === 0 ? '' : `; ${cold} would be feasible after loading`;
  return `${left}${loadable}${costlier === 0 ? '' : `; ${costlier} that cost more were not examined`}`;
}
