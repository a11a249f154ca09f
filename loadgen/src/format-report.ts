// The human-readable report.

import type { LatencySummary } from './tally/latency-histogram.js';
import type { ClassReport, LoadReport } from './tally/load-report.js';

export function formatReport(report: LoadReport): string {
  const { latencyMs: latency, statuses, variants, classes } = report;
  const accuracy =
    report.labelled === 0 ? 'no labels' : `${percent(report.right / report.labelled)} correct of ${report.labelled}`;
  const [first] = classes;
  const limit = first === undefined || classes.length > 1 ? 'their objective' : `${first.objectiveMs} ms`;
  const { 'resource-exhausted': rejected = 0 } = statuses;
  return [
    section('requests', [
      ['sent', String(report.sent)],
      ...byCount(Object.entries(statuses)).map(
        ([code, count]) => [code, `${count} (${percent(count / report.sent)})`] as const,
      ),
      ['answers per second', report.answersPerSecond.toFixed(1)],
      ['correctness', accuracy],
      [`within ${limit}`, `${percent(report.attainment)} of all requests`],
    ]),
    ...(classes.length > 1 ? [section('by latency objective, latencies of answers in ms', classRows(classes))] : []),
    section('latency of answers, from the intended send time (ms)', [
      ...Object.entries(latency).map(([name, value]) => [name, (value as number).toFixed(2)] as const),
      ['sender behind, max', report.sender.lagMs.max.toFixed(2)],
    ]),
    ...(rejected > 0 ? [section('latency of rejections (ms)', rejectionRows(report.rejectionMs))] : []),
    section(
      'answered by',
      byCount(Object.entries(variants).map(([name, { answers }]) => [name, answers] as const)).map(
        ([name, answers]) => [name, `${answers} (${percent(answers / report.sent)})`],
      ),
    ),
  ].join('\n\n');
}

const classRows = (classes: readonly ClassReport[]): readonly (readonly string[])[] => [
  ['objective', 'sent', 'answered', 'on time', 'rejected', 'p50', 'p99'],
  ...classes.map(({ name, sent, answered, onTime, rejected, latencyMs: { p50, p99 } }) => [
    ...[name, String(sent)],
    ...[answered, onTime, rejected].map((count) => `${count} (${percent(count / Math.max(1, sent))})`),
    ...[p50.toFixed(2), p99.toFixed(2)],
  ]),
];

const rejectionRows = ({ p50, p99 }: LatencySummary): readonly (readonly string[])[] => [
  ['p50', p50.toFixed(2)],
  ['p99', p99.toFixed(2)],
];

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const byCount = (entries: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] =>
  entries.toSorted(([, a], [, b]) => b - a);

function section(title: string, rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [title, ...rows.map((row) => `  ${format(row)}`)].join('\n');
}
