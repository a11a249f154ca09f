// The result of a run in plain words.

import { formatCount, formatMs, formatPercent, formatTime } from '@pareto/report';
import type { LoadReport } from '../tally/load-report.js';

/** Returns whole sentences, the most important first. */
export function summarize(report: LoadReport): readonly string[] {
  const { sent, latencyMs, statuses } = report;
  if (sent === 0) return ['No request was sent after the warm-up.'];
  const answered = statuses['ok'] ?? 0;
  return [
    ...outcomes(report),
    answered === 0
      ? 'No request was answered.'
      : `Half of the answers took at most ${formatMs(latencyMs.p50)}, 99\u00a0% at most ${formatMs(latencyMs.p99)}; the slowest took ${formatMs(latencyMs.max)}.`,
    ...worstInterval(report),
  ];
}

function outcomes({ sent, attainment, statuses, classes }: LoadReport): readonly string[] {
  const onTime = Math.round(attainment * sent);
  const limit = classes.length === 1 ? formatMs(classes[0]?.objectiveMs ?? NaN) : 'their objective';
  if (onTime === sent) return [`All ${formatCount(sent)} requests were answered within ${limit}.`];
  const { ok: answered = 0, 'resource-exhausted': rejected = 0 } = statuses;
  const others = [
    ['answered late', answered - onTime],
    ['rejected', rejected],
    ['failed', sent - answered - rejected],
  ] as const;
  const text = others
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${formatCount(count)} (${formatPercent(count / sent)}) ${name}`);
  return [
    `${formatCount(onTime)} of ${formatCount(sent)} requests (${formatPercent(attainment)}) were answered within ${limit}.`,
    `The others: ${text.join(', ')}.`,
  ];
}

/** Names the interval with the lowest attainment, unless it is about that of the run or has few requests. */
function worstInterval({ intervals, intervalMs, attainment, sent }: LoadReport): readonly string[] {
  const few = sent / intervals.length / 4;
  let worst = { attainment: attainment - 0.01, startMs: NaN };
  for (const { startMs, classes } of intervals) {
    const count = classes.reduce((sum, each) => sum + each.sent, 0);
    const share = classes.reduce((sum, each) => sum + each.onTime, 0) / count;
    if (count > few && share < worst.attainment) worst = { attainment: share, startMs };
  }
  if (Number.isNaN(worst.startMs)) return [];
  const [from, to] = [worst.startMs, worst.startMs + intervalMs].map((ms) => formatTime(ms / 1000));
  const share = worst.attainment === 0 ? 'no request was' : `only ${formatPercent(worst.attainment)} were`;
  return [`Between ${from} and ${to}, ${share} answered in time.`];
}
