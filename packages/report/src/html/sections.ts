// The sections of a page, and the places of its charts, into which the script of the page draws.

import { markup, type Markup } from './markup.js';
import { formatMs } from './number-formats.js';

export const section = (title: string, content: Markup | readonly Markup[]): Markup => markup`
<section>
<h2>${title}</h2>
${content}
</section>`;

/** Returns the place of a chart, which the script finds by its name. */
export const figure = (name: string, title: string, explanation: string): Markup => markup`
<figure data-chart="${name}">
<div class="title"><h3>${title}</h3><div class="controls"></div></div>
<div class="plot"></div>
<figcaption>${explanation}</figcaption>
</figure>`;

/** Returns the section of the charts over time, below the line that shows the zoomed range. */
export const overTime = (intervalS: number, figures: Markup | readonly Markup[]): Markup =>
  section(
    'Over time',
    markup`<div class="zoom"><div class="controls"></div><p>Each bar and each point is an interval of ${formatMs(1000 * intervalS)}. Drag over a chart to zoom in, double-click to zoom out: charts over time do so together. Click on a name to hide or show it. Keys: the arrows move the pointer, + and − zoom, Esc zooms out.</p></div>
<noscript><p class="warning">The charts need JavaScript.</p></noscript>
${figures}`,
  );
