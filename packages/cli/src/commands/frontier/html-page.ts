// Formats frontiers as one self-contained HTML page: the charts, and a table of every variant.

import { formatBytes } from '@pareto/core';
import { formatAccuracy, formatCost, formatMs } from '../../terminal/format.js';
import type { ClassFrontier } from './plan-frontiers.js';
import type { FrontierPoint } from './frontier-points.js';
import { darkStyle } from './svg-style.js';
import { drawCharts } from './frontier-svg.js';
import { element, escapeXml } from './xml.js';

const pageStyle = `
  :root { color-scheme: light dark; --ground: #ffffff; --ink: #1f2328; --faint: #6e7781; --line: #d8dee4; --front: #0b7a4b; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #0d1117; --ink: #e6edf3; --faint: #8d96a0; --line: #30363d; --front: #3fb97f; }
  }
  body { margin: 24px auto; max-width: 960px; padding: 0 16px; background: var(--ground); color: var(--ink);
    font: 14px system-ui, -apple-system, 'Segoe UI', sans-serif; }
  svg { max-width: 100%; height: auto; }
  table { border-collapse: collapse; margin: 8px 0 40px; font-size: 13px; font-variant-numeric: tabular-nums; }
  th { text-align: left; color: var(--faint); font-weight: 600; }
  th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
  .name, .text { white-space: normal; overflow-wrap: anywhere; }
  .name { min-width: 14em; }
  .number { text-align: right; }
  .front td { color: var(--front); font-weight: 600; }
  .aside td { color: var(--faint); }
`;

/** Returns a complete HTML file. */
export function frontierHtml(task: string, frontiers: readonly ClassFrontier[]): string {
  const title = escapeXml(`Accuracy, latency and cost of task ${task}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${pageStyle}${darkStyle}</style>
</head>
<body>
<h1>${title}</h1>
${frontiers.map((frontier) => section(task, frontier)).join('\n')}
</body>
</html>
`;
}

const section = (task: string, frontier: ClassFrontier): string =>
  `${drawCharts(task, [frontier], { isList: false, style: '' })}\n${table(frontier)}`;

interface Row {
  readonly kind: 'front' | 'other' | 'aside';
  readonly key: string;
  readonly point: FrontierPoint;
}

interface Column {
  readonly title: string;
  /** Alignment of numbers, or the wrapping of names and texts. */
  readonly kind?: 'number' | 'name' | 'text';
  readonly cell: (row: Row) => string;
}

const columns: readonly Column[] = [
  { title: '', kind: 'number', cell: ({ key }) => key },
  { title: 'Variant', kind: 'name', cell: ({ point }) => point.name },
  { title: 'Accuracy (95 %)', cell: ({ point }) => formatAccuracy(point.accuracy) },
  { title: 'p99', kind: 'number', cell: ({ point }) => formatMs(point.p99Ms) },
  { title: 'USD per million', cell: ({ point }) => formatCost(point.costPer1k) },
  { title: 'Size', kind: 'number', cell: ({ point }) => formatBytes(point.sizeBytes) },
  { title: 'Memory', kind: 'number', cell: ({ point }) => formatBytes(point.memoryBytes) },
  { title: 'State', kind: 'text', cell: ({ point }) => point.state.text },
];

function table({ front, points, batch }: ClassFrontier): string {
  const keys = new Map(front.map(({ name, key }) => [name, key]));
  const rows = points
    .map((point): Row => {
      const key = keys.get(point.name) ?? '';
      return { key, point, kind: key !== '' ? 'front' : point.state.standing === 'usable' ? 'other' : 'aside' };
    })
    .toSorted((a, b) => order[a.kind] - order[b.kind] || Number(a.key) - Number(b.key));
  const cellsOf = (tag: 'th' | 'td', textOf: (column: Column) => string): string =>
    columns
      .map(
        (column) =>
          `<${tag}${column.kind === undefined ? '' : ` class="${column.kind}"`}>${escapeXml(textOf(column))}</${tag}>`,
      )
      .join('');
  const head = cellsOf('th', ({ title }) => (title === 'p99' ? `p99 of a batch of ${batch}` : title));
  const body = rows.map((row) =>
    element(
      'tr',
      { class: row.kind },
      cellsOf('td', ({ cell }) => cell(row)),
    ),
  );
  return `<table>\n<tr>${head}</tr>\n${body.join('\n')}\n</table>`;
}

const order = { front: 0, other: 1, aside: 2 } as const;
