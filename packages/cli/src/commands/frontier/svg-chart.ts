// Draws a chart as a group of SVG elements.

import type { Chart, Mark } from './chart.js';
import { positionLabels, type Box } from './position-labels.js';
import { styled } from './svg-style.js';
import { linearScale, logScale, stepOf, type Scale } from './scale.js';
import { visibleMarks } from './visible-marks.js';
import { coordinate, element, escapeXml } from './xml.js';

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** A mark with its coordinates in the drawing. */
interface PositionedMark extends Mark {
  readonly cx: number;
  readonly cy: number;
  readonly lowY: number;
  readonly highY: number;
}

const margin = { left: 72, right: 14, top: 30, bottom: 48 } as const;
const radius = 4.5;
const labelMetrics = { charWidth: 6.1, height: 13 } as const;

export function drawSvg(chart: Chart, size: ChartSize): string {
  const area = {
    left: margin.left,
    top: margin.top,
    right: size.width - margin.right,
    bottom: size.height - margin.bottom,
  };
  const { shown } = visibleMarks(chart.marks);
  const x = logScale(
    shown.map((mark) => mark.x),
    7,
  );
  const y = linearScale(
    shown.flatMap(({ y, low, high, kind }) => (kind === 'front' ? [low, high] : [y])),
    6,
  );
  const xAt = (value: number): number => area.left + x.at(value) * (area.right - area.left);
  const yAt = (value: number): number =>
    clamp(area.bottom - y.at(value) * (area.bottom - area.top), area.top, area.bottom);
  const positioned = shown.map((mark): PositionedMark => ({
    ...mark,
    cx: xAt(mark.x),
    cy: yAt(mark.y),
    lowY: yAt(mark.low),
    highY: yAt(mark.high),
  }));
  const front = positioned.filter(({ kind }) => kind === 'front').toSorted((a, b) => a.cx - b.cx);
  const drawn = ['aside', 'other', 'front'].flatMap((kind) => positioned.filter((mark) => mark.kind === kind));
  return [
    text({ x: area.left, y: 18, ...styled('title') }, chart.title),
    ...yTicks(chart, y, area, yAt),
    ...xTicks(chart, x, area, xAt),
    element('path', { ...styled('axis'), d: `M${area.left} ${area.top}V${area.bottom}H${area.right}` }),
    ...(front.length < 2 ? [] : [element('path', { ...styled('steps'), d: stepsThrough(front) })]),
    ...drawn.filter(({ kind }) => kind !== 'aside').map(whisker),
    ...drawn.map((mark) => point(mark, chart)),
    ...labels(front, positioned, area),
  ].join('\n');
}

const text = (attributes: Readonly<Record<string, string | number>>, content: string): string =>
  element('text', attributes, escapeXml(content));

function yTicks(
  { formatY, yLabel }: Chart,
  y: Scale,
  { left, right, top, bottom }: Box,
  yAt: (value: number) => number,
): readonly string[] {
  return [
    ...y.ticks.flatMap((tick) => [
      element('line', { ...styled('grid'), x1: left, x2: right, y1: yAt(tick), y2: yAt(tick) }),
      text({ x: left - 8, y: yAt(tick) + 4, ...styled('end') }, formatY(tick, stepOf(y))),
    ]),
    text({ x: -(top + bottom) / 2, y: 12, ...styled('name'), transform: 'rotate(-90)' }, yLabel),
  ];
}

function xTicks(
  { formatX, xLabel }: Chart,
  { ticks }: Scale,
  { left, right, top, bottom }: Box,
  xAt: (value: number) => number,
): readonly string[] {
  return [
    ...ticks.flatMap((tick) => [
      element('line', { ...styled('grid'), x1: xAt(tick), x2: xAt(tick), y1: top, y2: bottom }),
      text({ x: xAt(tick), y: bottom + 17, ...styled('middle') }, formatX(tick)),
    ]),
    text({ x: (left + right) / 2, y: bottom + 37, ...styled('name') }, xLabel),
  ];
}

const stepsThrough = (front: readonly PositionedMark[]): string =>
  front
    .map(({ cx, cy }, i) => (i === 0 ? `M${coordinate(cx)} ${coordinate(cy)}` : `H${coordinate(cx)}V${coordinate(cy)}`))
    .join('');

const whisker = ({ kind, cx, lowY, highY }: PositionedMark): string =>
  element('path', {
    ...styled(`whisker ${kind === 'front' ? 'front' : 'other'}`),
    d: `M${coordinate(cx)} ${coordinate(highY)}V${coordinate(lowY)}M${coordinate(cx - 3)} ${coordinate(highY)}h6M${coordinate(cx - 3)} ${coordinate(lowY)}h6`,
  });

function point(mark: PositionedMark, { formatX, xLabel }: Chart): string {
  const { name, kind, cx, cy, x, accuracy } = mark;
  const tooltip = `${name}: ${accuracy}, ${formatX(x)} ${xLabel}`;
  const r = kind === 'aside' ? radius - 1.5 : radius;
  return element('circle', { ...styled(`mark ${kind}`), cx, cy, r }, element('title', {}, escapeXml(tooltip)));
}

/** Labels the points on the front with key and name, or with the key alone if the name does not fit. */
function labels(front: readonly PositionedMark[], all: readonly PositionedMark[], area: Box): readonly string[] {
  const around = (mark: PositionedMark): Box => ({
    left: mark.cx - radius,
    right: mark.cx + radius,
    top: mark.cy - radius,
    bottom: mark.cy + radius,
  });
  const whiskers = all
    .filter(({ kind }) => kind !== 'aside')
    .map(({ cx, lowY, highY }) => lineBox(cx, highY, cx, lowY));
  const requests = front.map(({ cx, cy, key = '', name }) => ({ x: cx, y: cy, texts: [`${key} ${name}`, key] }));
  const positioned = positionLabels(
    requests,
    area,
    [...all.map(around), ...whiskers, ...stepBoxes(front)],
    labelMetrics,
  );
  return positioned.flatMap((label, i) => {
    const mark = front[i];
    if (label === undefined || mark === undefined) return [];
    const { left, right, top, bottom } = label.box;
    const edge = { x2: clamp(mark.cx, left, right), y2: clamp(mark.cy, top, bottom) };
    return [
      ...(label.isFar ? [element('line', { ...styled('leader'), x1: mark.cx, y1: mark.cy, ...edge })] : []),
      text({ x: (left + right) / 2, y: bottom - 3, ...styled('label') }, label.text),
    ];
  });
}

const lineBox = (left: number, top: number, right: number, bottom: number): Box => ({
  left: left - 2,
  top: top - 2,
  right: right + 2,
  bottom: bottom + 2,
});

const stepBoxes = (front: readonly PositionedMark[]): readonly Box[] =>
  front.flatMap(({ cx, cy }, i) => {
    const next = front[i + 1];
    return next === undefined ? [] : [lineBox(cx, cy, next.cx, cy), lineBox(next.cx, next.cy, next.cx, cy)];
  });

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
