// The charts of latencies, over time and by percentile, with their controls.

import {
  addChoice,
  addSwitch,
  createLineChart,
  latencyAxis,
  paleColor,
  redrawable,
  type Line,
  type LineOptions,
  type Objective,
  type Place,
  type TimeAxis,
} from '@pareto/report/page';
import type { ChartData, LatencySeries } from '../html/chart-data.js';
import { createPercentileAxis } from './percentile-axis.js';

type View = Pick<LineOptions, 'lines' | 'objectives' | 'bands'>;

/** Ratio of the largest to the smallest latency from which a linear scale hides the small ones. */
const wideRatio = 20;

/** Creates the chart over time. It shows the p99 of all classes, or p50, p99 and maximum of one or of all together. */
export function createLatencyChart({ plot, controls }: Place, data: ChartData, x: TimeAxis): void {
  const { latencies, allLatencies } = data;
  const single = latencies.length === 1;
  const views: readonly (readonly [name: string, view: View])[] = [
    ...(single
      ? []
      : [['p99 by class', p99ByClass(latencies)] as const, ['all classes', detailed(allLatencies)] as const]),
    ...latencies.map((each) => [each.name, detailed(each)] as const),
  ];
  let view = views[0]?.[1] ?? { lines: [] };
  let isLog = isWide(views.flatMap(([, { lines }]) => lines));
  const draw = redrawable(() =>
    x.add(createLineChart(plot, { x, y: latencyAxis(isLog, msOf(view.objectives)), ...view })),
  );
  if (!single) {
    addChoice(
      controls,
      'Shown latencies',
      views.map(([name]) => name),
      (index) => {
        view = views[index]?.[1] ?? view;
        draw();
      },
    );
  }
  addSwitch(controls, 'logarithmic', isLog, (value) => {
    isLog = value;
    draw();
  });
  draw();
}

/** Creates the curves of latency by percentile. */
export function createPercentileChart({ plot, controls }: Place, { percentiles, curves }: ChartData): void {
  const x = createPercentileAxis(percentiles);
  const objectives = curves.map(({ objectiveMs: ms, color }) => ({ ms, color }));
  let isLog = isWide(curves);
  const draw = redrawable(() =>
    createLineChart(plot, { x, y: latencyAxis(isLog, msOf(objectives)), lines: curves, objectives, isCurve: true }),
  );
  addSwitch(controls, 'logarithmic', isLog, (value) => {
    isLog = value;
    draw();
  });
  draw();
}

const p99ByClass = (latencies: readonly LatencySeries[]): View => ({
  lines: latencies.map(({ name, color, p99 }) => ({ name, color, values: p99 })),
  objectives: latencies.flatMap(({ objectiveMs: ms, color }) => (ms === null ? [] : [{ ms, color }])),
});

const detailed = ({ color, objectiveMs: ms, p50, p99, max }: LatencySeries): View => ({
  lines: [
    { name: 'p50', color, values: p50 },
    { name: 'p99', color, values: p99, style: 'weak' },
    { name: 'maximum', color, values: max, style: 'dotted' },
  ],
  objectives: ms === null ? [] : [{ ms, color }],
  bands: [{ series: [2, 1], fill: paleColor(color) }],
});

const msOf = (objectives: readonly Objective[] = []): readonly number[] => objectives.map(({ ms }) => ms);

function isWide(lines: readonly Line[]): boolean {
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  return values.length > 0 && Math.max(...values) > wideRatio * Math.min(...values);
}
