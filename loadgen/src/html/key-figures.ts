// The key figures of a run.

import { formatCount, formatMs, formatPercent, formatRate, formatTime, type Tile } from '@pareto/report';
import type { LoadReport } from '../tally/load-report.js';

export function keyFigures(report: LoadReport): readonly Tile[] {
  const { sent, attainment, statuses, latencyMs, rejectionMs, labelled, right, sender, durationMs } = report;
  const { ok: answered = 0, 'resource-exhausted': rejected = 0 } = statuses;
  const failed = sent - answered - rejected;
  const ofSent = (count: number): string => (sent === 0 ? '–' : formatPercent(count / sent));
  const ofAnswers = (ms: number): string => (answered === 0 ? '–' : formatMs(ms));
  return [
    {
      name: 'Within objective',
      figure: ofSent(attainment * sent),
      note: `${formatCount(attainment * sent)} of ${formatCount(sent)} requests`,
    },
    {
      name: 'Sent',
      figure: formatRate(sender.sentPerSecond),
      note: `${formatCount(sent)} requests in ${formatTime(durationMs / 1000)}`,
    },
    {
      name: 'Answered',
      figure: formatRate(report.answersPerSecond),
      note: `${ofSent(answered)} of all requests`,
    },
    { name: 'Median latency', figure: ofAnswers(latencyMs.p50), note: `mean ${ofAnswers(latencyMs.mean)}` },
    {
      name: 'p99 latency',
      figure: ofAnswers(latencyMs.p99),
      note: `p99.9 ${ofAnswers(latencyMs.p999)}, max ${ofAnswers(latencyMs.max)}`,
    },
    {
      name: 'Rejected',
      figure: ofSent(rejected),
      note: rejected === 0 ? 'no requests' : `${formatCount(rejected)}, half within ${formatMs(rejectionMs.p50)}`,
    },
    { name: 'Failed', figure: ofSent(failed), note: failed === 0 ? 'no requests' : `${formatCount(failed)} requests` },
    ...(labelled === 0
      ? []
      : [
          {
            name: 'Correct',
            figure: formatPercent(right / labelled),
            note: `of ${formatCount(labelled)} answers with a label`,
          },
        ]),
  ];
}
