// Results of simulations as a table for the terminal, and as JSON.

import { defaultWidth, formatTable, type TableOptions } from '../table.js';
import { textWidth } from '../text-width.js';
import { wrap } from '../wrap.js';
import { boundText, figureColumns, plansText, type FigureText } from './figures.js';
import type { SimulationResult } from './simulation-result.js';
import { summarizeBound, summarizePlans, summarizeSimulation, type PolicySummary } from './summarize.js';

/**
 * Returns a row for each policy: means over its seeds and ratios to the first policy. They have ranges if the width
 * suffices. The bound of the clairvoyant and the quality of solved plans follow.
 */
export function formatSimulationTable(results: readonly SimulationResult[], options: TableOptions = {}): string {
  const policies = summarizeSimulation(results);
  const { width = defaultWidth } = options;
  const ranged = format(policies, { ...options, width: Infinity }, ({ mean, range }) =>
    range === '' ? mean : `${mean} (${range})`,
  );
  const fits = ranged.split('\n').every((line) => textWidth(line) < width);
  const table = fits ? ranged : format(policies, options, ({ mean }) => mean);
  const bound = summarizeBound(results);
  const texts = [...(bound === undefined ? [] : [boundText(bound)]), ...summarizePlans(results).map(plansText)];
  if (texts.length === 0) return table;
  return [table, '', ...texts.flatMap((text) => wrap(text.replaceAll('\u00a0', ' '), width))].join('\n');
}

const format = (
  policies: readonly PolicySummary[],
  options: TableOptions,
  textOf: (figure: FigureText) => string,
): string =>
  formatTable<PolicySummary>(
    [
      { title: 'POLICY', cell: ({ policy }) => policy, cut: true },
      ...figureColumns(policies).map(({ title, isMinor, text }) => ({
        title: title.toUpperCase(),
        ...(isMinor === true && { drop: 1 }),
        align: 'right' as const,
        cell: (summary: PolicySummary) => textOf(text(summary)).replaceAll('\u00a0', ' '),
      })),
    ],
    policies,
    options,
  );

/**
 * Returns the parts of a JSON text with `facts`, the bound, the summaries of the policies and all results. Together they may be longer
 * than a string can be.
 */
export function* simulationJson(
  results: readonly SimulationResult[],
  facts: Readonly<Record<string, unknown>> = {},
): Generator<string, void> {
  yield '{';
  for (const [name, value] of Object.entries(facts)) yield `${JSON.stringify(name)}:${JSON.stringify(value)},`;
  const bound = summarizeBound(results);
  if (bound !== undefined) yield `"bound":${JSON.stringify(bound)},`;
  yield `"policies":${JSON.stringify(summarizeSimulation(results))},"results":[`;
  for (const [index, result] of results.entries()) yield `${index === 0 ? '' : ','}${JSON.stringify(result)}`;
  yield ']}';
}
