// The chart of policies by cost and attainment: a small point for each run, a large one for the means of a policy with
// lines over their ranges, and the Pareto frontier of the means.

import type uPlot from 'uplot';
import { formatUsd } from '../html/number-formats.js';
import type { PolicyPoints } from '../simulation/page-data.js';
import { createChart, type Chart } from './chart.js';
import { color } from './colors.js';
import { attainmentAxis } from './y-axes.js';

/** Room to the right of the largest cost, as a share of it. */
const margin = 0.15;

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
    y: attainmentAxis('% of queries on time'),
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

interface Mean {
  readonly name: string;
  readonly color: string;
  readonly cost: Range;
  readonly attainment: Range;
}

interface Range {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

const rangeOf = (values: readonly number[]): Range => ({
  mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  min: Math.min(...values),
  max: Math.max(...values),
});

/** Draws what belongs to the shown policies. */
function drawMeans(chart: uPlot, policies: readonly PolicyPoints[]): void {
  const { ctx, bbox } = chart;
  const pixel = devicePixelRatio;
  const room = (radius + 3) * pixel;
  const means = policies
    .filter((_, index) => chart.series[index + 1]?.show !== false)
    .map(({ runs, ...policy }): Mean => ({
      ...policy,
      cost: rangeOf(runs.map(([usdPerHour]) => usdPerHour)),
      attainment: rangeOf(runs.map(([, attainment]) => attainment)),
    }));
  const x = (usdPerHour: number): number => chart.valToPos(usdPerHour, 'x', true);
  const y = (attainment: number): number => chart.valToPos(attainment, 'y', true);
  const line = (...places: readonly (readonly [x: number, y: number])[]): void => {
    ctx.beginPath();
    for (const [left, top] of places) ctx.lineTo(left, top);
    ctx.stroke();
  };
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = 1.5 * pixel;
  ctx.strokeStyle = color('--muted')();
  ctx.setLineDash([6 * pixel, 4 * pixel]);
  const steps = frontier(means).flatMap(({ cost, attainment }, index, all) => {
    const next = all[index + 1]?.cost.mean;
    const top = y(attainment.mean);
    return [[x(cost.mean), top] as const, [next === undefined ? bbox.left + bbox.width : x(next), top] as const];
  });
  line(...steps);
  ctx.setLineDash([]);
  for (const { color: variable, cost, attainment } of means) {
    ctx.strokeStyle = color(variable)();
    ctx.fillStyle = color(variable)();
    line([x(cost.min), y(attainment.mean)], [x(cost.max), y(attainment.mean)]);
    line([x(cost.mean), y(attainment.min)], [x(cost.mean), y(attainment.max)]);
    ctx.beginPath();
    ctx.arc(x(cost.mean), y(attainment.mean), radius * pixel, 0, 2 * Math.PI);
    ctx.fill();
  }
  drawNames(
    chart,
    means.map(({ name, cost, attainment }) => ({
      name,
      box: {
        ...{ left: x(cost.min) - room, right: x(cost.max) + room },
        ...{ top: y(attainment.max) - room, bottom: y(attainment.min) + room },
      },
    })),
  );
  ctx.restore();
}

const radius = 5;

/** Returns the policies that no other exceeds in attainment at the same or a lower cost, from low to high costs. */
function frontier(means: readonly Mean[]): readonly Mean[] {
  const sorted = means.toSorted((a, b) => a.cost.mean - b.cost.mean || b.attainment.mean - a.attainment.mean);
  let best = -Infinity;
  return sorted.filter(({ attainment: { mean } }) => {
    const isBetter = mean > best;
    best = Math.max(best, mean);
    return isBetter;
  });
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The name of a policy, and the box around its points. */
interface NamedBox {
  readonly name: string;
  readonly box: Box;
}

/** Writes names next to their points, where they cover no points and no other name. */
function drawNames({ ctx, bbox }: uPlot, policies: readonly NamedBox[]): void {
  const height = 14 * devicePixelRatio;
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = color('--ink')();
  const edges = { ...bbox, right: bbox.left + bbox.width, bottom: bbox.top + bbox.height };
  const taken = policies.map(({ box }) => box);
  for (const { name, box } of policies) {
    const { width } = ctx.measureText(name);
    const [middle, center] = [(box.top + box.bottom) / 2, (box.left + box.right) / 2];
    const free = [
      boxAround(center - width / 2, box.bottom + height / 2, width, height),
      boxAround(box.right, middle, width, height),
      boxAround(box.left - width, middle, width, height),
      boxAround(center - width / 2, box.top - height / 2, width, height),
    ].find((place) => isInside(place, edges) && taken.every((other) => !overlap(place, other)));
    if (free === undefined) continue;
    taken.push(free);
    ctx.fillText(name, free.left, (free.top + free.bottom) / 2);
  }
}

/** Returns a box from its left edge and the middle of its height. */
const boxAround = (left: number, middle: number, width: number, height: number): Box => ({
  ...{ left, right: left + width },
  ...{ top: middle - height / 2, bottom: middle + height / 2 },
});

const isInside = (box: Box, edges: Box): boolean =>
  box.left >= edges.left && box.right <= edges.right && box.top >= edges.top && box.bottom <= edges.bottom;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
