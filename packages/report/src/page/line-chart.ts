// A chart of lines, with latency objectives as dashed lines across it.

import type uPlot from 'uplot';
import { formatMs } from '../html/number-formats.js';
import type { Series } from '../html/series.js';
import { createChart, type XAxis, type YAxis } from './chart.js';
import { color } from './colors.js';

type LineStyle = 'strong' | 'weak' | 'dotted';

export interface Line extends Series {
  /** `strong` if omitted. */
  readonly style?: LineStyle;
}

/** The objective of the line with the same index. */
export interface Objective {
  readonly ms: number;
  readonly color: string;
}

export interface LineOptions {
  readonly x: XAxis;
  readonly y: YAxis;
  readonly lines: readonly Line[];
  readonly objectives?: readonly Objective[];
  readonly bands?: uPlot.Band[];
  /** Draws lines across missing values, and no points. */
  readonly isCurve?: boolean;
}

const styles: Readonly<Record<LineStyle, Pick<uPlot.Series, 'width' | 'alpha' | 'dash'>>> = {
  strong: { width: 2 },
  weak: { width: 1.5, alpha: 0.65 },
  dotted: { width: 1.5, alpha: 0.65, dash: [2, 3] },
};

/** Returns how a line is drawn. */
export const lineOptions = ({ style = 'strong' }: Line): Pick<uPlot.Series, 'width' | 'alpha' | 'dash'> =>
  styles[style];

export function createLineChart(place: HTMLElement, options: LineOptions): uPlot {
  const { x, y, lines, objectives = [], bands = [], isCurve = false } = options;
  return createChart(place, {
    ...{ x, y, bands },
    series: lines.map((line) => ({
      ...line,
      options: {
        ...lineOptions(line),
        spanGaps: isCurve,
        points: isCurve ? { show: false } : { size: 5, fill: color(line.color) },
      },
    })),
    hasPoints: true,
    hooks: { draw: [(chart) => drawObjectives(chart, objectives)] },
  });
}

/** Draws the objectives of the shown lines, with their values to the right of the chart, where there is room. */
function drawObjectives(chart: uPlot, objectives: readonly Objective[]): void {
  const { ctx, bbox } = chart;
  const { min = 0, max = 0 } = chart.scales['y'] ?? {};
  const pixel = devicePixelRatio;
  const right = bbox.left + bbox.width;
  const labelled: number[] = [];
  ctx.save();
  ctx.lineWidth = 1.5 * pixel;
  ctx.setLineDash([6 * pixel, 4 * pixel]);
  ctx.font = `${11 * pixel}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = color('--ink')();
  for (const [index, objective] of objectives.entries()) {
    const isShown = chart.series[index + 1]?.show !== false;
    if (!isShown || objective.ms < min || objective.ms > max) continue;
    const y = chart.valToPos(objective.ms, 'y', true);
    ctx.strokeStyle = color(objective.color)();
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
    if (labelled.some((other) => Math.abs(other - y) < 12 * pixel)) continue;
    labelled.push(y);
    ctx.fillText(formatMs(objective.ms), right + 5 * pixel, y);
  }
  ctx.restore();
}
