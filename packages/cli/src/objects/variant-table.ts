// Tables of variants: accuracy, latency, cost, memory and state.

import { formatBytes } from '@pareto/core';
import { p50At, p99At } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { formatTable, type Column } from '@pareto/report';
import { accuracyColumns } from '../terminal/accuracy-columns.js';
import { formatCost, formatMs, formatPercent, msDigits } from '../terminal/format.js';
import { rowVerdict } from './row-facts.js';
import { excludedText, stateOf } from './variant-state.js';

/** Table row for one measurement: a variant on one hardware class. */
interface Row {
  readonly variant: wire.Variant;
  readonly measurement: wire.Measurement | undefined;
}

/** Formats the main columns, for long lists. */
export const formatVariants = (variants: readonly wire.Variant[], width: number): string =>
  formatRows(rowsOf(variants), width, (c) => [c.name, c.accuracy, c.interval, c.p50, c.cost, c.on, c.state]);

/** Formats a table of accuracy, its rank, p99 and cost, and one of agreement with the original, size, memory and load time. */
export function formatVariantDetails(variants: readonly wire.Variant[], width: number): string {
  const rows = rowsOf(variants);
  const offers = formatRows(rows, width, (c) => [c.name, c.accuracy, c.interval, c.rank, c.p99, c.cost, c.on, c.state]);
  const measured = rows.filter(({ measurement }) => measurement?.profile);
  if (measured.length === 0) return offers;
  const resources = formatRows(measured, width, (c) => [
    ...[c.name, c.agreement, c.size, c.memory, c.load, c.predictionError, c.rows, c.on],
  ]);
  return `${offers}\n\n${resources}`;
}

const rowsOf = (variants: readonly wire.Variant[]): readonly Row[] =>
  variants.flatMap((variant): Row[] =>
    variant.measurements.length === 0
      ? [{ variant, measurement: undefined }]
      : variant.measurements.map((measurement) => ({ variant, measurement })),
  );

const [accuracy, interval] = accuracyColumns(({ measurement }: Row) => measurement?.accuracy, 3);

const columns = {
  name: { title: 'VARIANT', cell: ({ variant }) => variant.name },
  accuracy,
  interval,
  rank: { title: 'RANK', align: 'right', drop: 1, optional: true, cell: ({ measurement }) => rankOf(measurement) },
  agreement: { title: 'AGREES', align: 'right', drop: 1, cell: ({ measurement }) => agreementOf(measurement) },
  p50: {
    title: 'P50 BATCH 1',
    align: 'right',
    drop: 2,
    cell: (row) => ifRun(row, (profile) => formatMs(p50At(profile, 1))),
  },
  p99: {
    title: 'P99 BATCH 1',
    align: 'right',
    drop: 2,
    cell: (row) => ifRun(row, (profile) => formatMs(p99At(profile, 1))),
  },
  cost: { title: 'USD/1M', drop: 1, cell: (row) => formatCost(costOf(row)) },
  size: { title: 'SIZE', align: 'right', drop: 2, cell: ({ variant }) => formatBytes(variant.sizeBytes) },
  memory: { title: 'MEMORY', align: 'right', cell: (row) => ifProfiled(row, (p) => formatBytes(p.memoryBytes)) },
  load: { title: 'LOAD COLD/WARM', align: 'right', drop: 4, cell: (row) => ifProfiled(row, loadOf) },
  predictionError: { title: 'PREDICTED WITHIN', align: 'right', drop: 5, cell: (row) => ifProfiled(row, errorOf) },
  rows: { title: 'BATCHES', drop: 3, cell: (row) => ifProfiled(row, rowVerdict) },
  on: { title: 'ON', cut: true, cell: ({ measurement }) => measurement?.hardwareClass ?? '' },
  state: { title: 'STATE', text: true, cell: rowState },
} as const satisfies Record<string, Column<Row>>;

type Columns = typeof columns;

/** Formats the chosen columns. Omits the hardware class if all rows have the same one. */
function formatRows(rows: readonly Row[], width: number, choose: (columns: Columns) => readonly Column<Row>[]): string {
  const classes = new Set(rows.flatMap(({ measurement }) => measurement?.hardwareClass ?? []));
  return formatTable(
    choose(columns).filter(({ title }) => title !== columns.on.title || classes.size > 1),
    rows,
    { width },
  );
}

const ifProfiled = ({ measurement }: Row, text: (profile: wire.Profile) => string): string =>
  measurement?.profile ? text(measurement.profile) : '-';

const ifRun = (row: Row, text: (profile: wire.Profile) => string): string =>
  ifProfiled(row, (profile) => (profile.points.length === 0 ? '-' : text(profile)));

const loadOf = ({ coldLoadMs, loadMs }: wire.Profile): string => `${msDigits(coldLoadMs)}/${formatMs(loadMs)}`;

/** Formats the mean error of the latencies predicted between the measured batch sizes. */
const errorOf = ({ predictionError }: wire.Profile): string =>
  predictionError === undefined ? '-' : formatPercent(predictionError);

/** Formats the rank by accuracy, which variants that equal the best of their rank share. Empty if there is none. */
const rankOf = (measurement: wire.Measurement | undefined): string =>
  measurement === undefined || measurement.accuracyRank === 0 ? '' : String(measurement.accuracyRank);

/** Formats the agreement with the original variant, which has none itself. */
const agreementOf = (measurement: wire.Measurement | undefined): string =>
  measurement?.agreement === undefined ? '-' : formatPercent(measurement.agreement);

/** Returns the cost on the row's hardware class, or else the variant's, if the controller reports none by class. */
const costOf = ({ variant, measurement }: Row): number => {
  const cost = measurement?.costPer_1k ?? 0;
  return cost > 0 ? cost : variant.costPer_1k;
};

/**
 * Returns the measurement's error, if it failed on this hardware class, or why the variant does not answer for its task
 * there, or else the variant's state.
 */
function rowState({ variant, measurement }: Row): string {
  if (measurement === undefined || variant.quarantineReason !== '' || variant.denied !== '')
    return stateOf(variant).text;
  if (measurement.error !== '') return `not measured: ${measurement.error}`;
  return measurement.disagreement === '' ? stateOf(variant).text : excludedText(measurement.disagreement);
}
