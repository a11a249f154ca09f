// The figures of policies as columns, for the terminal and for the page.

import { formatAligned, formatMs, formatPercent, formatUsd } from '../html/number-formats.js';
import type { Spread } from './spread.js';
import type { CostBound, PlansSummary, PolicySummary } from './summarize.js';

/** The texts of a figure. */
export interface FigureText {
  readonly mean: string;
  /** Range over the seeds: `97.1–97.4`. Empty if they do not differ. */
  readonly range: string;
}

export interface FigureColumn {
  readonly title: string;
  /** Set for a figure that narrow terminals do not show. */
  readonly isMinor?: boolean;
  readonly text: (summary: PolicySummary) => FigureText;
}

const spread = (
  title: string,
  figure: 'attainment' | 'accuracy' | 'accuracyOfAll' | 'usdPerHour' | 'usdPerMillion' | 'p50Ms' | 'p99Ms',
  format: (value: number) => string,
): FigureColumn => ({ title, text: (summary) => formatSpread(summary[figure], format) });

const ratio = (title: string, figure: 'costRatio' | 'missedRatio' | 'boundRatio'): FigureColumn => ({
  title,
  text: ({ [figure]: value = NaN }) => ({ mean: Number.isFinite(value) ? formatAligned(value) : '–', range: '' }),
});

const formatAlignedUsd = (usd: number): string => `$${formatAligned(usd)}`;

const columns: readonly FigureColumn[] = [
  spread('On time', 'attainment', formatPercent),
  spread('Accuracy', 'accuracy', formatPercent),
  { ...spread('Over all', 'accuracyOfAll', formatPercent), isMinor: true },
  spread('Cost/h', 'usdPerHour', formatAlignedUsd),
  spread('Cost/million', 'usdPerMillion', formatAlignedUsd),
  spread('p50', 'p50Ms', formatMs),
  spread('p99', 'p99Ms', formatMs),
  ratio('Cost ×', 'costRatio'),
  ratio('Missed ×', 'missedRatio'),
];

/** Returns the columns of figures, which follow that of the policy's name. */
export const figureColumns = (policies: readonly PolicySummary[]): readonly FigureColumn[] =>
  policies.some(({ boundRatio }) => boundRatio !== undefined) ? [...columns, ratio('Bound ×', 'boundRatio')] : columns;

/** Returns a sentence on the bound: `No policy can answer 99.0 % of the queries on time for less than $5.39 per hour.` */
export const boundText = ({ attainment, usdPerHour }: CostBound): string =>
  `No policy can answer ${formatPercent(attainment.mean)} of the queries on time for less than ${formatUsd(usdPerHour.mean)} per hour.`;

/** Returns a sentence on plans: `Plans of pareto-release-hosts, by time: solved 95.0 %, stale 5.0 %; 1.2 % above the bound in the mean.` */
export function plansText({ policy, gap, sources }: PlansSummary): string {
  const shares = sources.map(([source, share]) => `${source} ${formatPercent(share)}`).join(', ');
  const gapText = gap === undefined ? 'none has a bound' : `${formatPercent(gap.mean)} above the bound in the mean`;
  return `Plans of ${policy}, by time: ${shares}; ${gapText}.`;
}

function formatSpread({ mean, min, max }: Spread, format: (value: number) => string): FigureText {
  if (!Number.isFinite(mean)) return { mean: '–', range: '' };
  const texts = [mean, min, max].map(format);
  const units = new Set(texts.map(unitOf));
  const [low = '', high = ''] = texts
    .slice(1)
    .map((text) => (units.size === 1 ? text.replace(unitOf(text), '') : text));
  return { mean: texts[0] ?? '', range: low === high ? '' : `${low}–${high}` };
}

const unitOf = (text: string): string => /\u00a0\S+$/.exec(text)?.[0] ?? '';
