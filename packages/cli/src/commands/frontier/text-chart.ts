// Draws a chart with characters: the front as connected steps, confidence intervals, and names where there is room.

import type { Paint } from '../../terminal/terminal.js';
import type { Chart, Mark } from './chart.js';
import { linearScale, logScale, stepOf, type Scale } from './scale.js';
import { createTextGrid, type Style, type TextGrid } from './text-grid.js';
import { visibleMarks } from './visible-marks.js';

export interface TextChartSize {
  readonly columns: number;
  /** Rows of the plot, without the title and the axis. */
  readonly rows: number;
}

/** Columns that the title and the axis need. */
const minColumns = 40;

/** Draws the chart at most `columns` wide, but at least 40. Omits marks with an accuracy far below all others. */
export function drawText(chart: Chart, { columns, rows }: TextChartSize, paint: Paint): readonly string[] {
  const { shown } = visibleMarks(chart.marks);
  const y = linearScale(
    shown.flatMap(({ y, low, high, kind }) => (kind === 'front' ? [low, high] : [y])),
    rows / 2.5,
  );
  const left = yLabels(chart, rows, y);
  const margin = Math.max(...left.map(({ length }) => length)) + 2;
  const grid = createTextGrid(Math.max(minColumns, columns) - margin, rows);
  const x = logScale(
    shown.map((mark) => mark.x),
    grid.columns / 10,
  );
  drawMarks(grid, shown, { x, y }, paint);
  const body = grid.lines().map((line, row) => {
    const label = left[row] ?? '';
    return `${label.padStart(margin - 2)} ${paint.dim(label === '' ? '│' : '┤')}${line}`;
  });
  const [axis, numbers] = xAxis(chart, x, grid.columns);
  const indent = ' '.repeat(margin - 1);
  return [
    `${indent}${paint.bold(chart.title)}`,
    ...body,
    `${indent}${paint.dim(`└${axis}`)}`,
    `${indent} ${numbers}`,
    `${indent} ${paint.dim(chart.xLabel.padStart(Math.floor((grid.columns + chart.xLabel.length) / 2)))}`,
  ];
}

const cellOf = (scale: Scale, value: number, cells: number): number =>
  Math.min(cells - 1, Math.max(0, Math.round(scale.at(value) * (cells - 1))));

/** Returns one label per row, empty in rows without a tick. */
function yLabels({ formatY }: Chart, rows: number, y: Scale): readonly string[] {
  const labels = new Array<string>(rows).fill('');
  for (const tick of y.ticks) labels[rows - 1 - cellOf(y, tick, rows)] = formatY(tick, stepOf(y));
  return labels;
}

/** Returns the axis line, and the line of numbers below it. */
function xAxis({ formatX }: Chart, x: Scale, columns: number): readonly [axis: string, numbers: string] {
  const axis = new Array<string>(columns).fill('─');
  let numbers = '';
  for (const tick of x.ticks) {
    const column = cellOf(x, tick, columns);
    const label = formatX(tick);
    const start = Math.min(columns - label.length, Math.max(0, column - Math.floor(label.length / 2)));
    axis[column] = '┬';
    if (numbers === '' || start > numbers.length) numbers = numbers.padEnd(start) + label;
  }
  return [axis.join(''), numbers];
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

interface PositionedMark extends Mark {
  readonly column: number;
  readonly row: number;
}

const signs = { front: '●', other: '○', aside: '·' } as const;
/** Characters that labels may overwrite. */
const joins = '─│╯';

function drawMarks(grid: TextGrid, marks: readonly Mark[], { x, y }: Scales, paint: Paint): void {
  const rowOf = (value: number): number => grid.rows - 1 - cellOf(y, value, grid.rows);
  const positioned = marks.map((mark): PositionedMark => ({
    ...mark,
    column: cellOf(x, mark.x, grid.columns),
    row: rowOf(mark.y),
  }));
  const front = positioned.filter(({ kind }) => kind === 'front').toSorted((a, b) => a.x - b.x);
  const styles: Readonly<Record<Mark['kind'], Style>> = {
    front: (text) => paint.bold(paint.green(text)),
    other: (text) => text,
    aside: paint.dim,
  };
  joinFront(grid, front, paint.green);
  for (const { column, low, high, row } of front) {
    for (let at = rowOf(high); at <= rowOf(low); at++) {
      if (at !== row && grid.isFree(column, at, 1)) grid.put(column, at, '┊', paint.green);
    }
  }
  for (const kind of ['aside', 'other', 'front'] as const) {
    for (const mark of positioned) if (mark.kind === kind) grid.put(mark.column, mark.row, signs[kind], styles[kind]);
  }
  for (const mark of front) labelMark(grid, mark, front, paint.bold);
}

/**
 * Connects the front with steps: a step shows the highest accuracy that is available for the latency or cost on the
 * axis.
 */
function joinFront(grid: TextGrid, front: readonly PositionedMark[], style: Style): void {
  front.forEach(({ column, row }, i) => {
    const next = front[i + 1];
    if (next === undefined) return;
    grid.put(column, row, '─'.repeat(Math.max(0, next.column - column)), style);
    grid.put(next.column, row, next.row === row ? '─' : '╯', style);
    for (let at = next.row + 1; at < row; at++) grid.put(next.column, at, '│', style);
  });
}

/** Writes a mark's key, and its name if there is room. Prefers the left of the mark, where no other marks are. */
function labelMark(
  grid: TextGrid,
  { key = '', name, column, row }: PositionedMark,
  front: readonly PositionedMark[],
  style: Style,
): void {
  const sharers = front.filter((other) => other.column === column && other.row === row);
  const keys = sharers.map((other) => other.key).join(',');
  if (sharers[0]?.key !== key) return;
  const texts = sharers.length === 1 ? [`${keys} ${name}`, keys] : [keys];
  for (const text of texts) {
    const positions = [
      [column - text.length - 1, row],
      [column + 2, row],
      [column - text.length, row - 1],
      [column + 1, row + 1],
    ] as const;
    const position = positions.find(([start, at]) => grid.isFree(start - 1, at, text.length + 1, joins));
    if (position === undefined) continue;
    return grid.put(...position, text, style);
  }
}
