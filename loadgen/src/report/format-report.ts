// The human-readable report.

import pc from 'picocolors';
import type { LatencySummary } from '../tally/latency-histogram.js';
import type { ClassReport, FailureCount, VariantCount } from '../tally/load-report.js';
import type { LoadRun } from '../tally/load-run.js';
import { describeObjective, describeRun } from './describe-run.js';
import { formatMs, formatRate, formatShare } from './format-number.js';
import { formatTable, type Column } from './format-table.js';
import type { Paint } from './paint.js';

export interface ReportStyle {
  readonly paint?: Paint;
  /** Width at which reasons are wrapped. They are not wrapped if omitted. */
  readonly width?: number;
}

/** Returns the report. The reason why the load generator limits the result, if any, is at its start. */
export function formatReport(run: LoadRun, style: ReportStyle = {}): string {
  const { paint = pc.createColors(false), width = Infinity } = style;
  const { title, settings } = describeRun(run);
  const { classes, failures, variants, sender } = run;
  const section = (name: string, lines: readonly string[]): string =>
    [paint.bold(name), ...lines.map((line) => `  ${line}`)].join('\n');
  return [
    section(title, formatFacts(settings)),
    ...(sender.bottleneck === null
      ? []
      : [paint.yellow(`${paint.bold('WARNING')}  The load generator limits this result: ${sender.bottleneck}.`)]),
    section('Requests', formatFacts(requestFacts(run))),
    ...(classes.length > 1 ? [section('By query, latencies in ms', formatTable(queryColumns(run), classes))] : []),
    section('Latency in ms, from the intended send time', formatTable(latencyColumns, latencyRows(run))),
    ...(failures.length === 0
      ? []
      : [section('Rejections and failures', wrapLast(formatTable(failureColumns(run.sent), failures), width))]),
    ...(Object.keys(variants).length === 0
      ? []
      : [section('Answered by', formatTable(variantColumns(run.sent), variantRows(variants)))]),
    section('Load generator', formatFacts(senderFacts(run))),
  ].join('\n\n');
}

type Fact = readonly [name: string, value: string];

function formatFacts(facts: readonly Fact[]): readonly string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

const withShare = (part: number, whole: number): string => `${part} (${formatShare(part, whole)})`;

function requestFacts(run: LoadRun): readonly Fact[] {
  const { sent, statuses, classes, attainment, labelled, right, answersPerSecond, settings, sender } = run;
  const { ok: answered = 0, 'resource-exhausted': rejected = 0 } = statuses;
  const [first] = classes;
  const limit = first === undefined || classes.length > 1 ? 'their objective' : `${first.objectiveMs} ms`;
  const intended = settings.loop.kind === 'open' ? ` of ${formatRate(sender.intendedPerSecond)} intended` : '';
  return [
    ['Sent', `${sent}, ${formatRate(sender.sentPerSecond)}${intended}`],
    ['Answered', `${withShare(answered, sent)}, ${formatRate(answersPerSecond)}`],
    ['Rejected', withShare(rejected, sent)],
    ['Failed', withShare(sent - answered - rejected, sent)],
    ['On time', `${formatShare(attainment * sent, sent)} of all requests, within ${limit}`],
    ['Correct', labelled === 0 ? 'unknown, no answer has a label' : `${formatShare(right, labelled)} of ${labelled}`],
  ];
}

function queryColumns({ settings, classes }: LoadRun): readonly Column<ClassReport>[] {
  const queryOf = (each: ClassReport): LoadRun['settings']['queries'][number] | undefined =>
    settings.queries[classes.indexOf(each)];
  const share = (title: string, key: 'answered' | 'onTime' | 'rejected'): Column<ClassReport> => ({
    title,
    cell: (each) => formatShare(each[key], each.sent),
  });
  return [
    { title: 'QUERY', align: 'left', cell: ({ name }) => name },
    { title: 'TARGET', align: 'left', cell: (each) => queryOf(each)?.target ?? '' },
    {
      title: 'OBJECTIVE',
      align: 'left',
      cell: (each) => {
        const query = queryOf(each);
        return query === undefined ? '' : describeObjective(query);
      },
    },
    { title: 'SENT', cell: ({ sent }) => String(sent) },
    share('ANSWERED', 'answered'),
    share('ON TIME', 'onTime'),
    share('REJECTED', 'rejected'),
    { title: 'P50', cell: ({ latencyMs }) => formatMs(latencyMs.p50) },
    { title: 'P99', cell: ({ latencyMs }) => formatMs(latencyMs.p99) },
  ];
}

type LatencyRow = readonly [name: string, latency: LatencySummary];

const latencyRows = ({ latencyMs, rejectionMs, statuses }: LoadRun): readonly LatencyRow[] => [
  ['Answers', latencyMs],
  ...((statuses['resource-exhausted'] ?? 0) > 0 ? [['Rejections', rejectionMs] as const] : []),
];

const latencyColumns: readonly Column<LatencyRow>[] = [
  { title: '', align: 'left', cell: ([name]) => name },
  ...(['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const).map((key) => ({
    title: key === 'p999' ? 'P99.9' : key.toUpperCase(),
    cell: ([, latency]: LatencyRow): string => formatMs(latency[key]),
  })),
];

const failureColumns = (sent: number): readonly Column<FailureCount>[] => [
  { title: 'COUNT', cell: ({ count }) => String(count) },
  { title: 'SHARE', cell: ({ count }) => formatShare(count, sent) },
  { title: 'CODE', align: 'left', cell: ({ code }) => code },
  { title: 'REASON', align: 'left', cell: ({ reason }) => reason },
];

/** Wraps the last column, which is left-aligned, at spaces. The lines are indented by two characters later. */
function wrapLast(lines: readonly string[], width: number): readonly string[] {
  const from = lines[0]?.lastIndexOf(' ') ?? 0;
  return lines.flatMap((line) => {
    const wrapped = [line.slice(0, from)];
    for (const word of line.slice(from + 1).split(' ')) {
      const last = wrapped.at(-1) ?? '';
      if (last.length + word.length + 3 < width || last.length <= from) wrapped[wrapped.length - 1] = `${last} ${word}`;
      else wrapped.push(`${' '.repeat(from)} ${word}`);
    }
    return wrapped;
  });
}

type VariantRow = VariantCount & { readonly name: string };

const variantRows = (variants: LoadRun['variants']): readonly VariantRow[] =>
  Object.entries(variants)
    .map(([name, counts]) => ({ name, ...counts }))
    .toSorted((a, b) => b.answers - a.answers);

const variantColumns = (sent: number): readonly Column<VariantRow>[] => [
  { title: 'VARIANT', align: 'left', cell: ({ name }) => name },
  { title: 'ANSWERS', cell: ({ answers }) => String(answers) },
  { title: 'SHARE', cell: ({ answers }) => formatShare(answers, sent) },
];

function senderFacts({ sender, settings }: LoadRun): readonly Fact[] {
  const { cpuUsPerRequest, busy, lagMs } = sender;
  const lags = (['p50', 'p99', 'max'] as const).map((key) => `${formatMs(lagMs[key])} ms (${key})`);
  return [
    ['CPU per request', `${cpuUsPerRequest.toFixed(0)} µs`],
    ['Event loop busy', formatShare(busy, 1, 0)],
    ...(settings.loop.kind === 'open' ? [['Sent late by', lags.join(', ')] as const] : []),
  ];
}
