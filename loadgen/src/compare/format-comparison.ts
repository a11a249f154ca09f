// The human-readable form of a comparison.

import pc from 'picocolors';
import { formatRows, type Column } from '@pareto/report';
import { describeRun } from '../report/describe-run.js';
import { formatMs } from '../report/format-number.js';
import type { Paint } from '../report/paint.js';
import type { LoadRun } from '../tally/load-run.js';
import type { ComparedMetric, ComparisonResult } from './compare-runs.js';
import { minIntervals, minRequests } from './compare-series.js';
import type { SettingDifference } from './differing-settings.js';

interface NamedRun {
  readonly file: string;
  readonly run: LoadRun;
}

export interface Comparison {
  readonly a: NamedRun;
  readonly b: NamedRun;
  readonly settings: readonly SettingDifference[];
  readonly metrics: readonly ComparedMetric[];
}

export function formatComparison(comparison: Comparison, paint: Paint = pc.createColors(false)): string {
  const { a, b, settings } = comparison;
  const metrics = comparison.metrics.filter(isShown);
  const named = Object.entries({ A: a, B: b });
  const warn = (text: string): string => paint.yellow(`${paint.bold('WARNING')}  ${text}`);
  const titles = named.map(([name, { file, run }]) => `${name}  ${file}: ${describeRun(run).title}, ${run.startedAt}`);
  const differences = formatRows(settingColumns, settings, { width: Infinity }).map((line) => `  ${line}`);
  const limits = named.flatMap(([name, { run }]) =>
    run.sender.bottleneck === null ? [] : [warn(`The load generator limited ${name}: ${run.sender.bottleneck}.`)],
  );
  const sections = [
    titles,
    settings.length === 0 ? [] : [warn('The runs differ in more than the server:'), ...differences],
    limits,
    formatRows(metricColumns(metrics, paint), metrics, { width: Infinity }),
    summarize(metrics),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

const settingColumns: readonly Column<SettingDifference>[] = [
  { title: 'SETTING', cell: ({ name }) => name },
  { title: 'A', cell: ({ a }) => a || '-' },
  { title: 'B', cell: ({ b }) => b || '-' },
];

/** Returns false for outcomes that neither run has. */
const isShown = ({ unit, a, b }: ComparedMetric): boolean => unit !== 'share' || a !== 0 || b !== 0;

function metricColumns(metrics: readonly ComparedMetric[], paint: Paint): readonly Column<ComparedMetric>[] {
  const query: Column<ComparedMetric> = { title: 'QUERY', cell: (each) => each.query ?? 'all' };
  const colours: Partial<Record<ComparisonResult, (text: string) => string>> = {
    better: paint.green,
    worse: paint.red,
  };
  return [
    ...(metrics.some((each) => each.query !== null) ? [query] : []),
    { title: 'METRIC', cell: ({ metric }) => metric },
    { title: 'A', align: 'right', cell: ({ unit, a }) => formatValue(unit, a) },
    { title: 'B', align: 'right', cell: ({ unit, b }) => formatValue(unit, b) },
    { title: 'CHANGE', align: 'right', cell: (each) => formatChange(each, each.difference) },
    {
      title: '95 % INTERVAL',
      align: 'right',
      cell: (each) => each.interval95?.map((end) => formatChange(each, end)).join(' to ') ?? '-',
    },
    { title: 'P', align: 'right', cell: ({ p }) => (p === null ? '-' : p < 0.001 ? '<0.001' : p.toFixed(3)) },
    { title: 'RESULT', cell: ({ result }) => colours[result]?.(result) ?? result },
  ];
}

function formatValue(unit: ComparedMetric['unit'], value: number | null): string {
  if (value === null) return '-';
  if (unit === 'ms') return `${formatMs(value)} ms`;
  return unit === 'share' ? `${(100 * value).toFixed(2)} %` : `${value.toFixed(1)}/s`;
}

const signed = (digits: number): Intl.NumberFormat =>
  new Intl.NumberFormat('en', {
    signDisplay: 'exceptZero',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

/** Formats a difference as a share of a, or in percentage points if the values are shares themselves. */
function formatChange({ unit, a }: ComparedMetric, difference: number | null): string {
  if (difference === null || a === null) return '-';
  if (unit === 'share') return `${signed(2).format(100 * difference)} pp`;
  return a === 0 ? '-' : `${signed(1).format((100 * difference) / a)} %`;
}

const longerRuns = `The others need longer runs: at least ${minIntervals} intervals, and ${minRequests} requests beyond a percentile, spread over the run.`;

function summarize(metrics: readonly ComparedMetric[]): readonly string[] {
  const count = (result: ComparisonResult): number => metrics.filter((each) => each.result === result).length;
  const compared = metrics.length - count('too short to tell');
  return [
    `B is better than A in ${count('better')} and worse in ${count('worse')} of ${compared} compared metrics.`,
    ...(compared === metrics.length ? [] : [longerRuns]),
    'P is the probability that runs without a real difference differ as much in any of the metrics. It includes the',
    'variation within the runs, but not that from run to run: repeat both, in turns, before you rely on it.',
  ];
}
