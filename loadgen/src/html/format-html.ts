// The report as a page that needs no other file and no network.

import { createHash } from 'node:crypto';
import type { LoadReport } from '../tally/load-report.js';
import { chartData, type ChartData } from './chart-data.js';
import { failureFigure, percentileFigure, timeFigures } from './figures.js';
import { json, markup, trusted, type Markup } from './markup.js';
import { formatMs } from './number-formats.js';
import { readPageAssets } from './page-assets.js';
import { summarize } from './summarize.js';
import { facts, senderFacts, type Fact } from './facts.js';
import { classTable, failureTable, variantTable } from './tables.js';
import { tiles } from './tiles.js';

/** The run that a report is about, in words. */
export interface RunDescription {
  /** Targets and address: `digits on 127.0.0.1:8001`. */
  readonly title: string;
  /** Facts about what was run, where and when, in the order in which they are shown. */
  readonly settings: readonly Fact[];
}

/** Returns the text of an HTML file. */
export function formatHtml(run: RunDescription, report: LoadReport): string {
  const { script, styles } = readPageAssets();
  const data = chartData(report);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<title>Load report: ${run.title}</title>
<style>${trusted(styles)}</style>
</head>
<body>
${header(run, report)}
<main>
${report.sent === 0 ? '' : results(data, report)}
${section('The load generator', facts(senderFacts(report)))}
</main>
<script type="application/json" id="data">${json(data)}</script>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.html;
}

const header = ({ title, settings }: RunDescription, report: LoadReport): Markup => markup`
<header>
<h1>Load report: ${title}</h1>
<p class="summary">${summarize(report).join(' ')}</p>
${bottleneck(report)}
${tiles(report)}
${facts(settings)}
</header>`;

const results = (data: ChartData, report: LoadReport): Markup => markup`
<section>
<h2>Over time</h2>
<div class="zoom"><p>Each bar and each point is an interval of ${formatMs(report.intervalMs)}. Drag over a chart to zoom in, double-click to zoom out: charts over time do so together. Click on a name to hide or show it.</p></div>
<noscript><p class="warning">The charts need JavaScript.</p></noscript>
${timeFigures(data)}
</section>
${section('Latencies', markup`${percentileFigure(data)}${classTable(report)}`)}
${section('Rejections and failures', markup`${failureFigure(data)}${failureTable(report, data.failures)}`)}
${section('Variants', variantTable(report, data.variants))}`;

const bottleneck = ({ sender: { bottleneck: reason } }: LoadReport): Markup =>
  reason === null
    ? markup``
    : markup`<p class="warning"><strong>The load generator limits this result:</strong> ${reason}.</p>`;

const section = (title: string, content: Markup): Markup => markup`
<section>
<h2>${title}</h2>
${content}
</section>`;

/** Lets the page run its own script alone, and load nothing. */
const contentPolicy = (script: string): string =>
  `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`;
