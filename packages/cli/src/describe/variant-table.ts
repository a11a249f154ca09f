// Variants as people read them: what each is right in, takes and costs.

import { formatBytes } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { formatAccuracy, formatCost, formatMs, formatPercent, msDigits } from '../terminal/format.js';
import { formatTable, type Column } from '../terminal/table.js';
import { stateOf } from './variant-state.js';

/** One row a measurement: a variant on one hardware class. */
interface Row {
  readonly variant: wire.Variant;
  readonly measurement: wire.Measurement | undefined;
}

/** The least that is to be known of each, for a list of many. */
export const formatVariants = (variants: readonly wire.Variant[]): string =>
  formatRows(rowsOf(variants), ({ name, accuracy, p50, cost, on, state }) => [name, accuracy, p50, cost, on, state]);

/** What each promises, and what it takes to keep it: files, memory, loading; how like the original it answers. */
export function formatVariantDetails(variants: readonly wire.Variant[]): string {
  const rows = rowsOf(variants);
  const promises = formatRows(rows, (c) => [c.name, c.accuracy, c.p99, c.cost, c.on, c.state]);
  const measured = rows.filter(({ measurement }) => measurement?.profile);
  if (measured.length === 0) return promises;
  const takes = formatRows(measured, (c) => [c.name, c.agreement, c.size, c.memory, c.load, c.error, c.on]);
  return `${promises}\n\n${takes}`;
}

const rowsOf = (variants: readonly wire.Variant[]): readonly Row[] =>
  variants.flatMap((variant): Row[] =>
    variant.measurements.length === 0
      ? [{ variant, measurement: undefined }]
      : variant.measurements.map((measurement) => ({ variant, measurement })),
  );

const columns = {
  name: { title: 'VARIANT', cell: ({ variant }) => variant.name },
  accuracy: { title: 'ACCURACY (95 %)', cell: ({ measurement }) => formatAccuracy(measurement?.accuracy) },
  agreement: { title: 'AGREES', align: 'right', cell: ({ measurement }) => agreementOf(measurement) },
  p50: { title: 'P50', align: 'right', cell: (row) => ifProfiled(row, ({ points }) => msOf(points[0]?.p50Ms)) },
  p99: { title: 'P99', align: 'right', cell: (row) => ifProfiled(row, ({ points }) => msOf(points[0]?.p99Ms)) },
  cost: { title: 'USD/1K', cell: (row) => formatCost(costOf(row)) },
  size: { title: 'SIZE', align: 'right', cell: ({ variant }) => formatBytes(variant.sizeBytes) },
  memory: { title: 'MEMORY', align: 'right', cell: (row) => ifProfiled(row, (p) => formatBytes(p.memoryBytes)) },
  load: { title: 'LOAD COLD/WARM', align: 'right', cell: (row) => ifProfiled(row, loadOf) },
  error: { title: 'ERROR', align: 'right', cell: (row) => ifProfiled(row, errorOf) },
  on: { title: 'ON', cell: ({ measurement }) => measurement?.hardwareClass ?? '' },
  state: { title: 'STATE', cell: rowState },
} as const satisfies Record<string, Column<Row>>;

type Columns = typeof columns;

/** The hardware class is left out where all are on the same. */
function formatRows(rows: readonly Row[], choose: (columns: Columns) => readonly Column<Row>[]): string {
  const classes = new Set(rows.flatMap(({ measurement }) => measurement?.hardwareClass ?? []));
  return formatTable(
    choose(columns).filter(({ title }) => title !== columns.on.title || classes.size > 1),
    rows,
  );
}

const ifProfiled = ({ measurement }: Row, text: (profile: wire.Profile) => string): string =>
  measurement?.profile ? text(measurement.profile) : '-';

const msOf = (ms: number | undefined): string => (ms === undefined ? '-' : formatMs(ms));

const loadOf = ({ coldLoadMs, loadMs }: wire.Profile): string => `${msDigits(coldLoadMs)}/${formatMs(loadMs)}`;

/** Of the times that are predicted between the measured batch sizes. */
const errorOf = ({ predictionError }: wire.Profile): string =>
  predictionError === undefined ? '-' : formatPercent(predictionError);

/** Of the original there is none. */
const agreementOf = (measurement: wire.Measurement | undefined): string =>
  measurement?.agreement === undefined ? '-' : formatPercent(measurement.agreement);

/** On this class, where the controller tells it. */
const costOf = ({ variant, measurement }: Row): number => {
  const cost = measurement?.costPer_1k ?? 0;
  return cost > 0 ? cost : variant.costPer_1k;
};

/** One that could not be measured on this class may serve on others. */
function rowState({ variant, measurement }: Row): string {
  const isFailed = measurement !== undefined && measurement.error !== '';
  return isFailed && variant.quarantineReason === '' && variant.denied === ''
    ? `not measured: ${measurement.error}`
    : stateOf(variant).text;
}
