// The human-readable report.

import pc from 'picocolors';
import { formatTable, type Column } from '@pareto/report';
import type { LatencySummary } from '../tally/latency-histogram.js';
import type { ClassReport, FailureCount, VariantCount } from '../tally/load-report.js';
import type { LoadRun } from '../tally/load-run.js';
import { describeObjective, describeRun } from './describe-run.js';
import { formatMs, formatRate, formatShare } from './format-number.js';
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
    [paint.bold(name), ...lines.map((line) => `${' '.repeat(indent)}${line}`)].join('\n');
  return [
    section(title, formatFacts(settings)),
    ...(sender.bottleneck === null
      ? []
      : [paint.yellow(`${paint.bold('WARNING')}  The load generator limits this result: ${sender.bottleneck}.`)]),
    section('Requests', formatFacts(requestFacts(run))),
    ...(classes.length > 1 ? [section('By query, latencies in ms', table(queryColumns(run), classes))] : []),
    section('Latency in ms, from the intended send time', table(latencyColumns, latencyRows(run))),
    ...(failures.length === 0
      ? []
      : [section('Rejections and failures', table(failureColumns(run.sent), failures, width - indent))]),
    ...(Object.keys(variants).length === 0
      ? []
      : [section('Answered by', table(variantColumns(run.sent), variantRows(variants)))]),
    section('Load generator', formatFacts(senderFacts(run))),
  ].join('\n\n');
}

/** Width of the space before each line of a section. */
const indent = 2;

const table = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], width = Infinity): readonly string[] =>
  formatTable(columns, rows, { width }).split('\n');

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
    [
      'Correct',
      labelled === 0
        ? 'unknown, no answer can be compared with a label'
        : `${formatShare(right, labelled)} of ${labelled}`,
    ],
  ];
}

function queryColumns({ settings, classes }: LoadRun): readonly Column<ClassReport>[] {
  const queryOf = (each: ClassReport): LoadRun['settings']['queries'][number] | undefined =>
    settings.queries[classes.indexOf(each)];
  const share = (title: string, key: 'answered' | 'onTime' | 'rejected'): Column<ClassReport> => ({
    title,
    align: 'right',
    cell: (each) => formatShare(each[key], each.sent),
  });
  return [
    { title: 'QUERY', cell: ({ name }) => name },
    { title: 'TARGET', cell: (each) => queryOf(each)?.target ?? '' },
    {
      title: 'OBJECTIVE',
      cell: (each) => {
        const query = queryOf(each);
        return query === undefined ? '' : describeObjective(query);
      },
    },
    { title: 'SENT', align: 'right', cell: ({ sent }) => String(sent) },
    share('ANSWERED', 'answered'),
    share('ON TIME', 'onTime'),
    share('REJECTED', 'rejected'),
    { title: 'P50', align: 'right', cell: ({ latencyMs }) => formatMs(latencyMs.p50) },
    { title: 'P99', align: 'right', cell: ({ latencyMs }) => formatMs(latencyMs.p99) },
  ];
}

type LatencyRow = readonly [name: string, latency: LatencySummary];

const latencyRows = ({ latencyMs, rejectionMs, statuses }: LoadRun): readonly LatencyRow[] => [
  ['Answers', latencyMs],
  ...((statuses['resource-exhausted'] ?? 0) > 0 ? [['Rejections', rejectionMs] as const] : []),
];

const latencyColumns: readonly Column<LatencyRow>[] = [
  { title: '', cell: ([name]) => name },
  ...(['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const).map((key) => ({
    title: key === 'p999' ? 'P99.9' : key.toUpperCase(),
    align: 'right' as const,
    cell: ([, latency]: LatencyRow): string => formatMs(latency[key]),
  })),
];

const failureColumns = (sent: number): readonly Column<FailureCount>[] => [
  { title: 'COUNT', align: 'right', cell: ({ count }) => String(count) },
  { title: 'SHARE', align: 'right', cell: ({ count }) => formatShare(count, sent) },
  { title: 'CODE', cell: ({ code }) => code },
  { title: 'REASON', text: true, cell: ({ reason }) => reason },
];

type VariantRow = VariantCount & { readonly name: string };

const variantRows = (variants: LoadRun['variants']): readonly VariantRow[] =>
  Object.entries(variants)
    .map(([name, counts]) => ({ name, ...counts }))
    .toSorted((a, b) => b.answers - a.answers);

const variantColumns = (sent: number): readonly Column<VariantRow>[] => [
  { title: 'VARIANT', cell: ({ name }) => name },
  { title: 'ANSWERS', align: 'right', cell: ({ answers }) => String(answers) },
  { title: 'SHARE', align: 'right', cell: ({ answers }) => formatShare(answers, sent) },
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
