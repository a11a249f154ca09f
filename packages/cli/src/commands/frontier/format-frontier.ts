// Formats a frontier for the terminal: charts, a legend, and a table of the points on the front.

import { formatTable, padVisible, wrap } from '@pareto/report';
import { accuracyColumns } from '../../terminal/accuracy-columns.js';
import { formatCost, formatMs } from '../../terminal/format.js';
import type { Paint } from '../../terminal/terminal.js';
import type { ClassFrontier, FrontPoint } from './plan-frontiers.js';
import { drawText } from './text-chart.js';
import { visibleMarks } from './visible-marks.js';

/** Terminal width from which the charts are drawn side by side. */
const wideColumns = 110;
const gap = 2;
const chartRows = 15;

export function formatFrontier(task: string, frontier: ClassFrontier, columns: number, paint: Paint): string {
  return [
    paint.bold(`${task} on ${frontier.hardwareClass}`),
    drawAll(frontier, columns, paint).join('\n'),
    legendOf(frontier, paint),
    formatFront(frontier, columns),
    formatMissing(frontier, columns),
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

function legendOf({ front, points }: ClassFrontier, paint: Paint): string {
  const aside = points.filter(({ state }) => state.standing === 'aside').length;
  const others = points.length - aside - front.length;
  return [
    `${paint.bold(paint.green('●'))} ${front.length} on the front`,
    ...(others === 0 ? [] : [`○ ${others} better in memory or load time`]),
    ...(aside === 0 ? [] : [paint.dim(`· ${aside} dominated or denied`)]),
  ].join('   ');
}

function drawAll({ charts }: ClassFrontier, columns: number, paint: Paint): readonly string[] {
  const sideBySide = columns >= wideColumns && charts.length > 1;
  const width = sideBySide ? Math.floor((columns - gap) / charts.length) : columns;
  const drawn = charts.map((chart) => drawText(chart, { columns: Math.min(width, 100) - 1, rows: chartRows }, paint));
  if (!sideBySide) return drawn.flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]));
  const rows = Array.from({ length: Math.max(...drawn.map(({ length }) => length)) }, (_, i) => i);
  return rows.map((row) =>
    drawn
      .map((lines) => padVisible(lines[row] ?? '', width))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

const formatFront = ({ front, batch }: ClassFrontier, width: number): string =>
  formatTable<FrontPoint>(
    [
      { title: '', align: 'right', cell: ({ key }) => key },
      { title: 'VARIANT', cell: ({ name }) => name },
      ...accuracyColumns(({ accuracy }: FrontPoint) => accuracy, 2),
      { title: `P99 BATCH ${batch}`, align: 'right', cell: ({ p99Ms }) => formatMs(p99Ms) },
      { title: 'USD/1M', cell: ({ costPer1k }) => formatCost(costPer1k) },
      { title: 'FRONT', drop: 1, cell: ({ isFastest, isCheapest }) => frontsOf(isFastest, isCheapest) },
    ],
    front,
    { width },
  );

const frontsOf = (isFastest: boolean, isCheapest: boolean): string =>
  isFastest && isCheapest ? 'both' : isFastest ? 'latency' : 'cost';

/** Lists the variants that the charts do not show, with the reasons. */
function formatMissing({ charts, omitted }: ClassFrontier, width: number): string {
  const below = new Set(charts.flatMap(({ marks }) => visibleMarks(marks).below.map(({ name }) => name)));
  return [
    ...(below.size === 0 ? [] : [`accuracy below the charts: ${[...below].join(', ')}`]),
    ...omitted.map(({ name, why }) => `not in the charts: ${name}, ${why}`),
  ]
    .flatMap((line) => wrap(line, width))
    .join('\n');
}
