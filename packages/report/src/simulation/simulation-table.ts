// Results of simulations as a table for the terminal, and as JSON.

import { defaultWidth, formatTable, type TableOptions } from '../table.js';
import { textWidth } from '../text-width.js';
import { figureColumns, type FigureText } from './figures.js';
import type { SimulationResult } from './simulation-result.js';
import { summarizeSimulation, type PolicySummary } from './summarize.js';

/**
 * Returns a row for each policy: means over its seeds and ratios to the first policy. They have ranges if the width
 * suffices.
 */
export function formatSimulationTable(results: readonly SimulationResult[], options: TableOptions = {}): string {
  const policies = summarizeSimulation(results);
  const { width = defaultWidth } = options;
  const ranged = format(policies, { ...options, width: Infinity }, ({ mean, range }) =>
    range === '' ? mean : `${mean} (${range})`,
  );
  const fits = ranged.split('\n').every((line) => textWidth(line) < width);
  return fits ? ranged : format(policies, options, ({ mean }) => mean);
}

const format = (
  policies: readonly PolicySummary[],
  options: TableOptions,
  textOf: (figure: FigureText) => string,
): string =>
  formatTable<PolicySummary>(
    [
      { title: 'POLICY', cell: ({ policy }) => policy, cut: true },
      ...figureColumns.map(({ title, isMinor, text }) => ({
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
 * Returns the parts of a JSON text with `facts`, the summaries of the policies and all results. Together they may be longer
 * than a string can be.
 */
export function* simulationJson(
  results: readonly SimulationResult[],
  facts: Readonly<Record<string, unknown>> = {},
): Generator<string, void> {
  yield '{';
  for (const [name, value] of Object.entries(facts)) yield `${JSON.stringify(name)}:${JSON.stringify(value)},`;
  yield `"policies":${JSON.stringify(summarizeSimulation(results))},"results":[`;
  for (const [index, result] of results.entries()) yield `${index === 0 ? '' : ','}${JSON.stringify(result)}`;
  yield ']}';
}
