// Measurements of the load generator itself.

import { formatMs, formatPercent, formatRate, type Fact } from '@pareto/report';
import type { LoadReport } from '../tally/load-report.js';

export function senderFacts({ sender }: LoadReport): readonly Fact[] {
  const { intendedPerSecond, sentPerSecond, lagMs, cpuUsPerRequest, busy } = sender;
  return [
    ['Rate: intended', formatRate(intendedPerSecond)],
    ['Rate: sent', formatRate(sentPerSecond)],
    ['CPU time per request', formatMs(cpuUsPerRequest / 1000)],
    ['Event loop busy', formatPercent(busy)],
    ['Delay of sending: median', formatMs(lagMs.p50)],
    ['Delay of sending: p99', formatMs(lagMs.p99)],
    ['Delay of sending: maximum', formatMs(lagMs.max)],
  ];
}
