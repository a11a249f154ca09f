// The report as a page that needs no other file and no network.

import { factList, formatPage, markup, overTime, section, tileList, type Fact, type Markup } from '@pareto/report';
import type { LoadReport } from '../tally/load-report.js';
import { chartData, type ChartData } from './chart-data.js';
import { failureFigure, percentileFigure, timeFigures } from './figures.js';
import { senderFacts } from './sender-facts.js';
import { summarize } from './summarize.js';
import { classTable, failureTable, variantTable } from './tables.js';
import { keyFigures } from './key-figures.js';

/** The run that a report is about, in words. */
export interface RunDescription {
  /** Targets and address: `digits on 127.0.0.1:8001`. */
  readonly title: string;
  /** Facts about what was run, where and when, in the order in which they are shown. */
  readonly settings: readonly Fact[];
}

/** Returns the text of an HTML file. */
export function formatHtml(run: RunDescription, report: LoadReport): string {
  const data = chartData(report);
  return formatPage({
    title: `Load report: ${run.title}`,
    body: markup`${header(run, report)}
<main>
${report.sent === 0 ? '' : results(data, report)}
${section('The load generator', factList(senderFacts(report)))}
</main>`,
    data,
    script: new URL('../../dist/page/main.js', import.meta.url),
  });
}

const header = ({ title, settings }: RunDescription, report: LoadReport): Markup => markup`
<header>
<h1>Load report: ${title}</h1>
<p class="summary">${summarize(report).join(' ')}</p>
${bottleneck(report)}
${tileList(keyFigures(report))}
${factList(settings)}
</header>`;

const results = (data: ChartData, report: LoadReport): Markup => markup`
${overTime(data.intervalS, timeFigures(data))}
${section('Latencies', markup`${percentileFigure(data)}${classTable(report)}`)}
${section('Rejections and failures', markup`${failureFigure(data)}${failureTable(report, data.failures)}`)}
${section('Variants', variantTable(report, data.variants))}`;

const bottleneck = ({ sender: { bottleneck: reason } }: LoadReport): Markup =>
  reason === null
    ? markup``
    : markup`<p class="warning"><strong>The load generator limits this result:</strong> ${reason}.</p>`;
