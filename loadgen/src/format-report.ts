// The human-readable report.

import type { LoadReport } from './tally.js';

export function formatReport(report: LoadReport, objectiveMs: number): string {
  const { latencyMs: latency, statuses, variants } = report;
  const accuracy =
    report.labelled === 0 ? 'no labels' : `${percent(report.right / report.labelled)} correct of ${report.labelled}`;
  return [
    section('requests', [
      ['sent', String(report.sent)],
      ...byCount(Object.entries(statuses)).map(
        ([code, count]) => [code, `${count} (${percent(count / report.sent)})`] as const,
      ),
      ['answers per second', report.answersPerSecond.toFixed(1)],
      ['correctness', accuracy],
      [`within ${objectiveMs} ms`, `${percent(report.attainment)} of all requests`],
    ]),
    section('latency of answers, from the intended send time (ms)', [
      ...Object.entries(latency).map(([name, value]) => [name, (value as number).toFixed(2)] as const),
      ['sender behind, max', report.maxLagMs.toFixed(2)],
    ]),
    section(
      'answered by',
      byCount(Object.entries(variants).map(([name, { answers }]) => [name, answers] as const)).map(
        ([name, answers]) => [name, `${answers} (${percent(answers / report.sent)})`],
      ),
    ),
  ].join('\n\n');
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const byCount = (entries: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] =>
  entries.toSorted(([, a], [, b]) => b - a);

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n');
}
