// Variants as people read them: what each is right in, takes and costs.

import type { wire } from '@pareto/rpc';
import { formatAccuracy, formatBytes, formatCost, formatMs } from './format.js';
import { formatTable } from './table.js';

/** One row a measurement: a variant on one hardware class. */
interface Row {
  readonly variant: wire.Variant;
  readonly measurement: wire.Measurement | undefined;
}

const latencyAt = ({ measurement }: Row, batch: 'first' | 'last'): string => {
  const point = measurement?.profile?.points.at(batch === 'first' ? 0 : -1);
  if (point === undefined) return '-';
  return batch === 'first' ? formatMs(point.p50Ms) : `${formatMs(point.p50Ms)} at ${point.batch}`;
};

function statusOf(variant: wire.Variant): string {
  if (variant.quarantineReason !== '') return `quarantined: ${variant.quarantineReason}`;
  const failed = variant.measurements.find((measurement) => measurement.error !== '');
  if (failed !== undefined) return `not measured: ${failed.error}`;
  if (variant.measurements.length === 0) return 'waiting to be measured';
  return variant.replicasReady > 0 ? `${variant.replicasReady} ready` : 'cold';
}

export function formatVariants(variants: readonly wire.Variant[]): string {
  const rows = variants.flatMap((variant): Row[] =>
    variant.measurements.length === 0
      ? [{ variant, measurement: undefined }]
      : variant.measurements.map((measurement) => ({ variant, measurement })),
  );
  return formatTable<Row>(
    [
      { title: 'VARIANT', cell: (row) => row.variant.name },
      { title: 'ACCURACY (95 %)', cell: (row) => formatAccuracy(row.measurement?.accuracy) },
      { title: 'P50', align: 'right', cell: (row) => latencyAt(row, 'first') },
      { title: 'LARGEST BATCH', align: 'right', cell: (row) => latencyAt(row, 'last') },
      { title: 'USD/1K', cell: ({ variant }) => formatCost(variant.costPer_1k) },
      { title: 'MEMORY', align: 'right', cell: (row) => memoryOf(row.measurement) },
      { title: 'STATUS', cell: (row) => statusOf(row.variant) },
    ],
    rows,
  );
}

const memoryOf = (measurement: wire.Measurement | undefined): string =>
  measurement?.profile === null || measurement === undefined ? '-' : formatBytes(measurement.profile.memoryBytes);
