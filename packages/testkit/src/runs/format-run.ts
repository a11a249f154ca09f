// A run as a human-readable table.

import { formatTable, type Column } from '@pareto/report';
import type { ComparedRow } from './compare-with-baseline.js';
import type { Run, RunContext } from './run.js';

/** Formats the rows, and the circumstances of the run. Marks missed targets, and rows that are worse than the baseline. */
export const formatRun = (run: Run): string =>
  `${formatTable(columns, run.rows, { width: Infinity })}\n\n${describeContext(run)}`;

const columns: readonly Column<ComparedRow>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'VALUE', align: 'right', cell: ({ value }) => (value === null ? 'none' : formatNumber(value)) },
  { title: 'UNIT', optional: true, cell: ({ unit }) => unit },
  { title: 'REACH', optional: true, cell: ({ reach }) => reach ?? '' },
  { title: '', optional: true, cell: ({ holds }) => (holds === null ? '' : holds ? 'holds' : 'MISSED') },
  {
    title: 'BASELINE',
    align: 'right',
    optional: true,
    cell: ({ baseline }) => (baseline === undefined ? '' : formatNumber(baseline)),
  },
  { title: 'CHANGE', align: 'right', optional: true, cell: ({ change }) => formatChange(change) },
  { title: '', optional: true, cell: ({ isWorse }) => (isWorse === true ? 'WORSE' : '') },
];

const formatChange = (change: ComparedRow['change']): string =>
  typeof change === 'number' ? `${change < 0 ? '' : '+'}${(100 * change).toFixed(1)} %` : '';

const formatNumber = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 4 });

function describeContext({ benchmark, machine, node, load, commit, date }: RunContext): string {
  const { cpu, cores, memoryGib } = machine;
  const tree = commit === '' ? '' : `, commit ${commit}`;
  const loads = `load ${load.start.toFixed(1)} to ${load.end.toFixed(1)}`;
  return `${benchmark}: ${cores} x ${cpu}, ${memoryGib} GiB, Node ${node}, ${loads}${tree}, ${date.slice(0, 16)}Z`;
}
