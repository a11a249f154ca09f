// Draws frontiers as one self-contained SVG image for light and dark backgrounds.

import { cutCell } from '@pareto/report';
import { formatAccuracy, formatCost, formatMs } from '../../terminal/format.js';
import type { ClassFrontier, FrontPoint } from './plan-frontiers.js';
import { darkStyle, styled } from './svg-style.js';
import { drawSvg } from './svg-chart.js';
import { element, escapeXml } from './xml.js';

/** Two charts and the padding are less than 1,000 pixels wide. */
const chartSize = { width: 480, height: 360 } as const;
const padding = 16;
const headHeight = 44;
/** Maximum length of the title. */
const maxTitle = 100;
const lineHeight = 17;

/** Returns a complete SVG file. */
export function frontierSvg(task: string, frontiers: readonly ClassFrontier[]): string {
  return `${drawCharts(task, frontiers, { isList: true, style: darkStyle })}\n`;
}

export interface ChartsOptions {
  /** Set to list the points on the front below the charts. */
  readonly isList: boolean;
  /** CSS to embed. Empty if the surrounding page contains it. */
  readonly style: string;
}

export function drawCharts(task: string, frontiers: readonly ClassFrontier[], options: ChartsOptions): string {
  const columns = Math.max(...frontiers.map(({ charts }) => charts.length));
  const width = columns * chartSize.width + 2 * padding;
  let top = padding;
  const drawn = frontiers.map((frontier) => {
    const height = heightOf(frontier, options.isList);
    const group = drawFrontier(task, frontier, options.isList);
    const positioned = element('g', { transform: `translate(${padding} ${top})` }, group);
    top += height;
    return positioned;
  });
  const height = top + padding;
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...styled('picture'), role: 'img', ...size },
    [
      element('title', {}, escapeXml(`Accuracy, latency and cost of task ${task}`)),
      ...(options.style === '' ? [] : [`<style>${options.style}</style>`]),
      element('rect', { ...styled('ground'), width: '100%', height: '100%' }),
      ...drawn,
    ].join('\n'),
  );
}

const heightOf = ({ front }: ClassFrontier, isList: boolean): number =>
  headHeight + chartSize.height + (isList ? (front.length + 2) * lineHeight : lineHeight) + padding;

function drawFrontier(task: string, frontier: ClassFrontier, isList: boolean): string {
  const { charts, front, hardwareClass } = frontier;
  const listTop = headHeight + chartSize.height + lineHeight / 2;
  return [
    text({ x: 0, y: 16, ...styled('head') }, cutCell(`${task} on ${hardwareClass}`, maxTitle, 'middle')),
    legend(34),
    ...charts.map((chart, i) =>
      element('g', { transform: `translate(${i * chartSize.width} ${headHeight})` }, drawSvg(chart, chartSize)),
    ),
    ...(isList ? front.map((point, i) => listLine(point, listTop + (i + 1) * lineHeight)) : []),
  ].join('\n');
}

const text = (attributes: Readonly<Record<string, string | number>>, content: string): string =>
  element('text', attributes, escapeXml(content));

function legend(y: number): string {
  const entries = [
    { kind: 'front', r: 4.5, label: 'on the front, with its 95 % interval' },
    { kind: 'other', r: 4.5, label: 'better in memory or load time' },
    { kind: 'aside', r: 3, label: 'dominated or denied' },
  ] as const;
  let x = 6;
  return entries
    .map(({ kind, r, label }) => {
      const at = x;
      x += 34 + label.length * 6.6;
      const sign = element('circle', { ...styled(`mark ${kind}`), cx: at, cy: y - 4, r });
      return `${sign}\n${text({ x: at + 10, y, ...styled('faint') }, label)}`;
    })
    .join('\n');
}

/** X coordinates of the columns of the list below the charts, and the maximum length of a name. */
const listAt = { key: 20, name: 30, accuracy: 440, p99: 670, cost: 700 } as const;
const maxName = 54;

const listLine = ({ key, name, accuracy, p99Ms, costPer1k }: FrontPoint, y: number): string =>
  [
    text({ x: listAt.key, y, ...styled('end') }, key),
    text({ x: listAt.name, y }, cutCell(name, maxName, 'middle')),
    text({ x: listAt.accuracy, y }, formatAccuracy(accuracy)),
    text({ x: listAt.p99, y, ...styled('end') }, formatMs(p99Ms)),
    text({ x: listAt.cost, y }, costPer1k === undefined ? '' : `${formatCost(costPer1k)} per million`),
  ].join('\n');
