// Table of the candidates of a decision: the chosen one first, then the other feasible ones, then the rejected ones.

import type { wire } from '@pareto/protocol';
import { formatTable } from '@pareto/report';
import { isFeasible, verdictText } from './verdict-text.js';
import { accuracyColumns } from '../terminal/accuracy-columns.js';
import { formatCost, formatMs } from '../terminal/format.js';
import type { Paint } from '../terminal/terminal.js';

export interface CandidateTableOptions {
  readonly objective: wire.Objective | null;
  readonly paint: Paint;
  readonly width: number;
}

export function formatCandidates(
  candidates: readonly wire.Candidate[],
  { objective, paint, width }: CandidateTableOptions,
): string {
  const classes = new Set(candidates.map(({ hardwareClass }) => hardwareClass));
  const latencyMs = objective?.latencyMs ?? 0;
  const columns = [
    { title: '', cell: ({ verdict }: wire.Candidate) => mark(verdict, paint) },
    { title: 'VARIANT', cell: ({ variant }: wire.Candidate) => variant },
    { title: 'PREDICTED', align: 'right', cell: predictedOf },
    ...(latencyMs > 0
      ? [
          {
            title: `OF ${formatMs(latencyMs)}`,
            drop: 6,
            cell: (each: wire.Candidate) => latencyBar(each, latencyMs, paint),
          },
        ]
      : []),
    ...accuracyColumns(({ accuracy }: wire.Candidate) => accuracy, 5),
    { title: 'USD/1M', drop: 2, cell: ({ costPer_1k }: wire.Candidate) => formatCost(costPer_1k) },
    { title: 'READY', align: 'right', drop: 4, cell: ({ replicasReady }: wire.Candidate) => String(replicasReady) },
    ...(classes.size > 1
      ? [{ title: 'ON', cut: true, drop: 3, cell: ({ hardwareClass }: wire.Candidate) => hardwareClass }]
      : []),
    {
      title: 'VERDICT',
      text: true,
      cell: (each: wire.Candidate) => paintVerdict(each.verdict, verdictText(each, objective), paint),
    },
  ] as const;
  return formatTable(
    columns,
    candidates.toSorted((a, b) => rankOf(a) - rankOf(b)),
    { paintTitles: paint.bold, width },
  );
}

const predictedOf = ({ predictedMs }: wire.Candidate): string => (predictedMs > 0 ? formatMs(predictedMs) : '-');

const ranks = ['chosen', 'degraded', 'eligible', 'cold', 'busy'] as const;

function rankOf({ verdict }: wire.Candidate): number {
  const rank = ranks.findIndex((each) => each === verdict);
  return rank < 0 ? ranks.length : rank;
}

function mark(verdict: string, paint: Paint): string {
  if (verdict === 'chosen' || verdict === 'degraded') return paint.green('▶');
  return isFeasible(verdict) ? '✓' : paint.dim('✗');
}

const paintVerdict = (verdict: string, text: string, paint: Paint): string =>
  verdict === 'chosen' || verdict === 'degraded' ? paint.green(text) : isFeasible(verdict) ? text : paint.dim(text);

const half = 8;

/** Draws the predicted latency on a scale from 0 to twice the objective, which is marked in the middle. */
function latencyBar({ predictedMs }: wire.Candidate, objectiveMs: number, paint: Paint): string {
  if (predictedMs <= 0) return '';
  const filled = Math.min(2 * half, Math.max(1, Math.round((predictedMs / objectiveMs) * half)));
  const left = '█'.repeat(Math.min(half, filled)).padEnd(half, '·');
  const right = '█'.repeat(Math.max(0, filled - half)).padEnd(half, '·');
  const isOver = predictedMs > objectiveMs;
  return `${isOver ? paint.red(left) : paint.green(left)}│${isOver ? paint.red(right) : right}${predictedMs > 2 * objectiveMs ? '…' : ''}`;
}
