// Results of simulations as a page that needs no other file and no network.

import { factList, type Fact } from '../html/lists.js';
import { markup, type Markup } from '../html/markup.js';
import { formatCount, formatPercent, formatUsd } from '../html/number-formats.js';
import { formatPage } from '../html/page.js';
import { figure as place, overTime, section } from '../html/sections.js';
import { simulationData } from './page-data.js';
import { boundText, plansText } from './figures.js';
import { describeProfiles, describeScenario } from './describe-scenario.js';
import type { SimulationResult, SimulationScenario } from './simulation-result.js';
import { summarizeBound, summarizePlans, summarizeSimulation, type PolicySummary } from './summarize.js';
import { policyTable, profileTable, taskTables } from './tables.js';

export interface SimulationPageOptions {
  readonly scenario: SimulationScenario;
  /** Sentences on the results that are missing. Undefined if the report is complete. */
  readonly partial?: string;
  /** Facts that the scenario does not contain, such as the source of the traffic. */
  readonly facts?: readonly Fact[];
}

/** Charts by the name under which the script finds their place. */
export type SimulationChart = 'policies' | 'demand' | 'attainment' | 'variants' | 'accuracy' | 'cost' | 'slots';

/** Returns the text of an HTML file. Ratios are to the policy of the first result. */
export function simulationPage(results: readonly SimulationResult[], options: SimulationPageOptions): string {
  const { scenario } = options;
  const policies = summarizeSimulation(results);
  const data = simulationData(results);
  return formatPage({
    title: `Simulation: ${scenario.name}`,
    body: markup`${header(policies, results, options)}
<main>
${results.length === 0 ? '' : comparison(policies, data.runs.length > 0)}
${data.runs.length === 0 ? '' : overTime(data.intervalS, [chartedNote(data.runs.length, results.length), ...timeFigures])}
${results.length === 0 ? '' : section('Tasks and objectives', taskTables(results))}
${section('Profiles', profiles(scenario))}
</main>`,
    data,
    script: new URL('../../dist/page/simulation.js', import.meta.url),
  });
}

function header(
  policies: readonly PolicySummary[],
  results: readonly SimulationResult[],
  { scenario, partial, facts = [] }: SimulationPageOptions,
): Markup {
  const missing = [...(partial === undefined ? [] : [partial]), ...stoppedRuns(results)];
  return markup`
<header>
<h1>Simulation: ${scenario.name}</h1>
<p class="summary">${summarize(policies, results).join(' ')}</p>
${missing.length === 0 ? '' : markup`<p class="warning"><strong>This report is partial:</strong> ${missing.join(' ')}</p>`}
${factList([...describeScenario(scenario, results), ...facts])}
</header>`;
}

function stoppedRuns(results: readonly SimulationResult[]): readonly string[] {
  const stopped = results.filter(({ simulatedMs, durationMs }) => simulatedMs < durationMs).length;
  return stopped === 0 ? [] : [`${stopped} of ${results.length} runs were stopped before their end.`];
}

/** Returns sentences on the first policy, and on those that it does not beat. */
function summarize(policies: readonly PolicySummary[], results: readonly SimulationResult[]): readonly string[] {
  const [first, ...others] = policies;
  const { totals } = results[0] ?? {};
  if (first === undefined || totals === undefined) return ['No run has ended.'];
  const { attainment, usdPerHour } = first;
  const bound = summarizeBound(results);
  const namesOf = (chosen: readonly PolicySummary[]): string => chosen.map(({ policy }) => policy).join(', ') || 'none';
  return [
    'This is a simulation: nothing was measured on a cluster.',
    `${first.policy} answered ${formatPercent(attainment.mean)} of ${formatCount(totals.asked)} queries within their objective, at ${formatUsd(usdPerHour.mean)} per hour.`,
    ...(bound === undefined ? [] : [boundText(bound)]),
    ...summarizePlans(results).map(plansText),
    ...(others.length === 0
      ? []
      : [
          `Policies that cost less: ${namesOf(others.filter(({ costRatio }) => costRatio < 1))}.`,
          `Policies that missed fewer queries: ${namesOf(others.filter(({ missedRatio }) => missedRatio < 1))}.`,
        ]),
  ];
}

const figure = (name: SimulationChart, title: string, explanation: string): Markup => place(name, title, explanation);

const comparison = (policies: readonly PolicySummary[], hasCharts: boolean): Markup =>
  section(
    'Policies',
    markup`${
      hasCharts
        ? figure(
            'policies',
            'Cost and attainment',
            'A small point is a run with a seed; a large one is the mean of a policy, with lines over the range of its seeds. The dashed line is the Pareto frontier of the means: no policy to the left of it attains more. Click on a name to hide or show it, and drag to zoom in.',
          )
        : ''
    }${policyTable(policies)}`,
  );

const chartedNote = (charted: number, all: number): Markup =>
  charted === all ? markup`` : markup`<p class="note">${charted} of ${all} runs have charts over time.</p>`;

const timeFigures: readonly Markup[] = [
  figure(
    'demand',
    'Demand by outcome, and capacity',
    'Queries per second, by the time of their arrival. The capacity is what the ready replicas can run together.',
  ),
  figure(
    'attainment',
    'Attainment: queries answered within their objective',
    'Share of all queries, also of those that were rejected or dropped.',
  ),
  figure(
    'variants',
    'Variants in use',
    'Each variant on each hardware class; those with the fewest answers are added up.',
  ),
  figure('accuracy', 'Accuracy served', 'Mean accuracy of the answers, as stated for the variants that gave them.'),
  figure('cost', 'Cost', 'A worker costs the price of all its slots from its first load until it is empty.'),
  figure('slots', 'Slots', 'Slots of the workers that are paid for, and those of them that run batches.'),
];

const profiles = (scenario: SimulationScenario): Markup => markup`
<p>${describeProfiles(scenario)}. Given profiles were measured by a cluster or are stated in the scenario file, as their source says. Modelled ones were not measured: a fit to measured ones completes them.</p>
<details>
<summary>All profiles with their sources</summary>
${profileTable(scenario)}
</details>`;
