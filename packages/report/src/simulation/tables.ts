// The tables of the page.

import type { PartialObjective } from '@pareto/core';
import { htmlTable, numberColumn, textColumn, type HtmlRow } from '../html/html-table.js';
import { markup, type Markup } from '../html/markup.js';
import { formatCount, formatMs, formatPercent, formatUsd } from '../html/number-formats.js';
import { figureColumns } from './figures.js';
import type { SimulationResult, SimulationScenario, SimulationTotals } from './simulation-result.js';
import { resultsByPolicy, type PolicySummary } from './summarize.js';

/** Returns the means of the policies with the ranges of their seeds, and the ratios to the first policy. */
export const policyTable = (policies: readonly PolicySummary[]): Markup => markup`${htmlTable(
  [textColumn('Policy'), ...figureColumns(policies).map(({ title }) => numberColumn(title)), numberColumn('Seeds')],
  policies.map((summary): HtmlRow => [
    summary.policy,
    ...figureColumns(policies).map(({ text }) => {
      const { mean, range } = text(summary);
      return range === '' ? mean : markup`${mean}<small class="range">${range}</small>`;
    }),
    String(summary.seeds.length),
  ]),
)}
<p class="note">On time: share of all queries that were answered within their objective, of latency and of accuracy. Accuracy: mean of the answers; over all: sum of those on time, over the number of all queries. Cost per million queries on time. p50 and p99: latencies of the answers. Ratios are to ${policies[0]?.policy ?? ''}, of the cost per hour and of the share of queries that were not answered on time; Bound × is to the bound of the clairvoyant. Figures are means over the seeds; ranges are in grey.</p>`;

/** Returns the tasks of each policy with their objectives. The results of all seeds are added up. */
export const taskTables = (results: readonly SimulationResult[]): readonly Markup[] =>
  resultsByPolicy(results).map(
    ([policy, runs], index) => markup`
<details${index === 0 ? markup` open` : ''}>
<summary>${policy}</summary>
${taskTable(runs)}
</details>`,
  );

function taskTable(runs: readonly SimulationResult[]): Markup {
  const tasks = addUp(runs.flatMap((run) => run.tasks.map(({ task, totals }) => [task, totals] as const)));
  const rows = tasks.flatMap(([task, totals]) => {
    const streams = runs.flatMap((run) => run.streams.filter((stream) => stream.task === task));
    const objectives = addUp(streams.map((stream) => [describeObjective(stream.objective), stream.totals] as const));
    return [
      [markup`<strong>${task}</strong>`, 'all', ...shares(totals)],
      ...objectives.map(([objective, each]) => ['', objective, ...shares(each)]),
    ];
  });
  const shown = ['Queries', 'On time', 'Inaccurate', 'Late', 'Rejected', 'Dropped', 'Unfinished', 'Accuracy'];
  return htmlTable([textColumn('Task'), textColumn('Objective'), ...shown.map(numberColumn)], rows);
}

type Counts = Omit<SimulationTotals, 'latency' | 'onTimeAccuracySum'>;

const counters = [
  'asked',
  'answered',
  'onTime',
  'late',
  'inaccurate',
  'rejected',
  'dropped',
  'unfinished',
  'accuracySum',
] as const;

/** Adds up the counts of entries with the same name, in the order of their first ones. */
function addUp(entries: readonly (readonly [name: string, counts: Counts])[]): readonly (readonly [string, Counts])[] {
  const sums = new Map<string, Counts>();
  for (const [name, counts] of entries) {
    const before = sums.get(name);
    const sum = (key: keyof Counts): number => (before?.[key] ?? 0) + counts[key];
    sums.set(name, Object.fromEntries(counters.map((key) => [key, sum(key)])) as Record<keyof Counts, number>);
  }
  return [...sums];
}

function shares({ asked, answered, accuracySum, ...counts }: Counts): readonly string[] {
  const parts = [counts.onTime, counts.inaccurate, counts.late, counts.rejected, counts.dropped, counts.unfinished];
  return [
    formatCount(asked),
    ...parts.map((count) => (asked === 0 ? '–' : formatPercent(count / asked))),
    answered === 0 ? '–' : formatPercent(accuracySum / answered),
  ];
}

/** Returns e.g. `≤ 50 ms, ≥ 98.0 %`, or `none`. */
function describeObjective({
  latencyMs,
  minAccuracy = 0,
  maxCostPer1k,
  class: serviceClass,
  prefer,
}: PartialObjective): string {
  const parts = [
    ...(latencyMs === undefined ? [] : [`≤ ${formatMs(latencyMs)}`]),
    ...(minAccuracy === 0 ? [] : [`≥ ${formatPercent(minAccuracy)}`]),
    ...(maxCostPer1k === undefined ? [] : [`≤ ${formatUsd(maxCostPer1k)} per 1,000`]),
    ...(serviceClass === 'offline' ? ['offline'] : []),
    ...(prefer === undefined ? [] : [prefer === 'accuracy' ? 'most accurate' : 'cheapest']),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

export const profileTable = ({ registry }: SimulationScenario): Markup =>
  htmlTable(
    [textColumn('Variant'), textColumn('Hardware class'), textColumn('Times'), textColumn('Source')],
    registry.variants.flatMap(({ name, profiles }) =>
      profiles.map(({ hardwareClass, modelled, source }) => [
        name,
        hardwareClass,
        modelled ? 'modelled' : 'given',
        source,
      ]),
    ),
  );
