// The chart of policies by cost and attainment: a small point for each run, a large one for the means of a policy with
// lines over their ranges, and the Pareto frontier of the means.

import type uPlot from 'uplot';
import { formatUsd } from '../html/number-formats.js';
import { frontierOf, type CostAndAttainment } from '../simulation/frontier.js';
import type { PolicyPoints } from '../simulation/page-data.js';
import { spreadOf } from '../simulation/spread.js';
import { createChart, type Chart } from './chart.js';
import { color } from './colors.js';
import { drawNames, type Box } from './point-names.js';
import { attainmentAxis } from './y-axes.js';

/** Room to the right of the largest cost, as a share of it. */
const margin = 0.15;
/** Sizes in pixels of the style sheet. */
const [radius, room] = [5, 8];

export function createPolicyChart(plot: HTMLElement, policies: readonly PolicyPoints[]): Chart {
  const points = policies
    .flatMap(({ runs }, policy) => runs.map(([usdPerHour, attainment]) => ({ policy, usdPerHour, attainment })))
    .toSorted((a, b) => a.usdPerHour - b.usdPerHour);
  const end = (points.at(-1)?.usdPerHour ?? 0) * (1 + margin) || 1;
  const costs = [0, ...points.map(({ usdPerHour }) => usdPerHour), end];
  return createChart(plot, {
    x: {
      values: costs,
      options: { label: 'cost per hour', values: (_, splits) => splits.map(formatUsd) },
      range: (min, max) => [Math.max(0, min), Math.min(end, max)],
      format: (index) => `${formatUsd(costs[index] ?? NaN)}/h`,
    },
    y: { ...attainmentAxis('% of queries on time'), range: (min) => attainmentRange(min) },
    series: policies.map(({ name, color: variable }, index) => ({
      name,
      color: variable,
      values: [null, ...points.map(({ policy, attainment }) => (policy === index ? attainment : null)), null],
      options: { paths: () => null, points: { show: true, size: 6, width: 0, fill: color(variable) } },
    })),
    hasPoints: true,
    hooks: { draw: [(chart) => drawMeans(chart, policies)] },
  });
}

/** Returns a range that separates policies which attain nearly everything. */
function attainmentRange(min: number): readonly [min: number, max: number] {
  const missed = Math.min(100, Math.max(0.01, 1.2 * (100 - min)));
  return [100 - missed, 100 + 0.05 * missed];
}

interface PolicyMeans extends CostAndAttainment {
  readonly name: string;
  readonly color: string;
}

/** Draws the frontier, the means, the ranges and the names of the shown policies. */
function drawMeans(chart: uPlot, policies: readonly PolicyPoints[]): void {
  const { ctx, bbox } = chart;
  const pixel = devicePixelRatio;
  const means = policies
    .filter(({ runs }, index) => runs.length > 0 && chart.series[index + 1]?.show !== false)
    .map(({ runs, ...policy }): PolicyMeans => ({
      ...policy,
      usdPerHour: spreadOf(runs.map(([usdPerHour]) => usdPerHour)),
      attainment: spreadOf(runs.map(([, attainment]) => attainment)),
    }));
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = 1.5 * pixel;
  const steps = frontierBoxes(chart, means);
  ctx.strokeStyle = color('--muted')();
  ctx.setLineDash([6 * pixel, 4 * pixel]);
  drawLine(chart, ...steps.flatMap(({ left, right, top }) => [[left, top] as const, [right, top] as const]));
  ctx.setLineDash([]);
  const boxes = means.map((policy) => ({ name: policy.name, box: boxOf(chart, policy) }));
  for (const [index, { usdPerHour, attainment, color: variable }] of means.entries()) {
    const [x, y] = [chart.valToPos(usdPerHour.mean, 'x', true), chart.valToPos(attainment.mean, 'y', true)];
    const { left = x, right = x, top = y, bottom = y } = boxes[index]?.box ?? {};
    ctx.strokeStyle = color(variable)();
    ctx.fillStyle = color(variable)();
    drawLine(chart, [left, y], [right, y]);
    drawLine(chart, [x, top], [x, bottom]);
    ctx.beginPath();
    ctx.arc(x, y, radius * pixel, 0, 2 * Math.PI);
    ctx.fill();
  }
  const around = boxes.map(({ name, box }) => ({ name, box: widen(box, room * pixel) }));
  drawNames(
    chart,
    around,
    steps.map((step) => widen(step, pixel)),
  );
  ctx.restore();
}

function drawLine({ ctx }: uPlot, ...places: readonly (readonly [x: number, y: number])[]): void {
  ctx.beginPath();
  for (const [x, y] of places) ctx.lineTo(x, y);
  ctx.stroke();
}

/** Returns the box over the ranges of a policy. */
const boxOf = (chart: uPlot, { usdPerHour, attainment }: PolicyMeans): Box => ({
  left: chart.valToPos(usdPerHour.min, 'x', true),
  right: chart.valToPos(usdPerHour.max, 'x', true),
  top: chart.valToPos(attainment.max, 'y', true),
  bottom: chart.valToPos(attainment.min, 'y', true),
});

/** Returns the horizontal parts of the frontier: the attainment of each policy, up to the cost of the next one. */
const frontierBoxes = (chart: uPlot, means: readonly PolicyMeans[]): readonly Box[] =>
  frontierOf(means).map(({ usdPerHour, attainment }, index, all) => {
    const next = all[index + 1]?.usdPerHour.mean;
    const top = chart.valToPos(attainment.mean, 'y', true);
    return {
      left: chart.valToPos(usdPerHour.mean, 'x', true),
      right: next === undefined ? chart.bbox.left + chart.bbox.width : chart.valToPos(next, 'x', true),
      ...{ top, bottom: top },
    };
  });

const widen = ({ left, top, right, bottom }: Box, by: number): Box => ({
  ...{ left: left - by, top: top - by, right: right + by, bottom: bottom + by },
});
