// Lists of names with values.

import type { LoadReport } from '../tally/load-report.js';
import { markup, type Markup } from './markup.js';
import { formatMs, formatPercent, formatRate } from './number-formats.js';

export type Fact = readonly [name: string, value: string];

export const facts = (list: readonly Fact[]): Markup => markup`
<dl class="facts">${list.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** Returns the measurements of the load generator itself. */
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
