// A run as a human-readable table.

import type { ComparedRow } from './compare-with-baseline.js';
import { formatTable } from './format-table.js';
import type { Run, RunContext } from './run.js';

/** Formats the rows, and the circumstances of the run. Marks missed targets, and rows that are worse than the baseline. */
export const formatRun = (run: Run): string =>
  `${formatTable(columns, run.rows.map(cellsOf))}\n\n${describeContext(run)}`;

const columns = [
  { title: 'NAME' },
  { title: 'VALUE', isNumber: true },
  { title: 'UNIT' },
  { title: 'REACH' },
  { title: '' },
  { title: 'BASELINE', isNumber: true },
  { title: 'CHANGE', isNumber: true },
  { title: '' },
];

const cellsOf = ({ name, value, unit, reach, holds, baseline, change, isWorse }: ComparedRow): readonly string[] => [
  name,
  value === null ? 'none' : formatNumber(value),
  unit,
  reach ?? '',
  holds === null ? '' : holds ? 'holds' : 'MISSED',
  baseline === undefined ? '' : formatNumber(baseline),
  typeof change === 'number' ? `${change < 0 ? '' : '+'}${(100 * change).toFixed(1)} %` : '',
  isWorse === true ? 'WORSE' : '',
];

const formatNumber = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 4 });

function describeContext({ benchmark, machine, node, load, commit, date }: RunContext): string {
  const { cpu, cores, memoryGib } = machine;
  const tree = commit === '' ? '' : `, commit ${commit}`;
  const loads = `load ${load.start.toFixed(1)} to ${load.end.toFixed(1)}`;
  return `${benchmark}: ${cores} x ${cpu}, ${memoryGib} GiB, Node ${node}, ${loads}${tree}, ${date.slice(0, 16)}Z`;
}
