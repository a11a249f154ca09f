// The script of a simulation's page: draws the charts of a chosen run, and that of all policies.

import type { Values } from '../html/series.js';
import { formatUsd } from '../html/number-formats.js';
import type { RunData, SimulationData } from '../simulation/page-data.js';
import type { SimulationChart } from '../simulation/simulation-page.js';
import { redrawable } from './adapt-charts.js';
import type { Chart, YAxis } from './chart.js';
import { addChoice } from './controls.js';
import { drawPage, readData, type Charts } from './draw-page.js';
import { createLineChart, type Line } from './line-chart.js';
import { createPolicyChart } from './policy-chart.js';
import { createStackedChart } from './stacked-chart.js';
import type { TimeAxis } from './time-axis.js';
import { amountAxis, attainmentAxis, percentAxis } from './y-axes.js';

const queries = amountAxis('queries per second');
const replicas = amountAxis('replicas');
const slots = amountAxis('slots');
const cost = amountAxis('USD per hour', formatUsd);
const onTime = attainmentAxis('% of queries');
const accuracy = percentAxis('mean accuracy');

function createCharts(x: TimeAxis, data: SimulationData, firstRun: RunData): Charts<SimulationChart> {
  let run = firstRun;
  let other: RunData | undefined;
  let shown: 'replicas' | 'answers' = 'replicas';
  const redraws: (() => void)[] = [];
  /** Draws a chart now and whenever other runs are chosen. Returns a function that draws it again. */
  const ofRun = (draw: () => Chart): (() => void) => {
    const redraw = redrawable(draw);
    redraws.push(redraw);
    redraw();
    return redraw;
  };
  const compared = (plot: HTMLElement, y: YAxis, values: (run: RunData) => Values): void =>
    void ofRun(() => x.add(createLineChart(plot, { x, y, lines: comparedLines(run, other, values) })));
  addRunChoices(data.runs, (...chosen) => {
    [run = firstRun, other] = chosen;
    for (const redraw of redraws) redraw();
  });
  return {
    policies: ({ plot }) => void createPolicyChart(plot, data.policies),
    demand: ({ plot }) =>
      void ofRun(() => createStackedChart(plot, { x, y: queries, series: run.outcomes, lines: demandLines(run) })),
    attainment: ({ plot }) => compared(plot, onTime, ({ attainment }) => attainment),
    variants: ({ plot, controls }) => {
      const redraw = ofRun(() =>
        createStackedChart(plot, { x, y: shown === 'replicas' ? replicas : queries, series: run[shown] }),
      );
      addChoice(controls, 'Shown amounts', ['replicas', 'answers per second'], (index) => {
        shown = index === 0 ? 'replicas' : 'answers';
        redraw();
      });
    },
    accuracy: ({ plot }) => compared(plot, accuracy, (each) => each.accuracy),
    cost: ({ plot }) => compared(plot, cost, ({ usdPerHour }) => usdPerHour),
    slots: ({ plot }) => void ofRun(() => x.add(createLineChart(plot, { x, y: slots, lines: slotLines(run) }))),
  };
}

/** Adds the choice of the shown run and, if there are several, of another one. */
function addRunChoices(
  runs: readonly RunData[],
  onChoose: (run: RunData | undefined, other: RunData | undefined) => void,
): void {
  const place = document.querySelector<HTMLElement>('.zoom .controls');
  if (place === null || runs.length < 2) return;
  let [run, other]: readonly (RunData | undefined)[] = runs.slice(0, 1);
  const names = runs.map(({ name }) => name);
  addNamedChoice(place, 'Policy', names, (index) => {
    run = runs[index];
    onChoose(run, other);
  });
  addNamedChoice(place, 'compared with', ['none', ...names], (index) => {
    other = runs[index - 1];
    onChoose(run, other);
  });
}

function addNamedChoice(
  place: HTMLElement,
  name: string,
  names: readonly string[],
  onChoose: (index: number) => void,
): void {
  const label = document.createElement('label');
  label.append(name);
  addChoice(label, name, names, onChoose);
  place.append(label);
}

const demandLines = ({ demand, capacity }: RunData): readonly Line[] => [
  { name: 'demand', color: '--ink', values: demand, style: 'weak' },
  { name: 'capacity', color: '--class-1', values: capacity, style: 'dotted' },
];

const slotLines = ({ busySlots, usedSlots }: RunData): readonly Line[] => [
  { name: 'paid for', color: '--class-0', values: usedSlots },
  { name: 'busy', color: '--class-4', values: busySlots },
];

const comparedLines = (run: RunData, other: RunData | undefined, values: (run: RunData) => Values): readonly Line[] => [
  { name: run.name, color: '--class-0', values: values(run) },
  ...(other === undefined || other === run
    ? []
    : [{ name: other.name, color: '--class-4', values: values(other), style: 'weak' as const }]),
];

const data = readData() as SimulationData;
const [first] = data.runs;
if (first !== undefined) drawPage(data, (x) => createCharts(x, data, first));
