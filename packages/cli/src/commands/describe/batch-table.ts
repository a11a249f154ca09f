// Table of latencies by batch size.

import type { wire } from '@pareto/protocol';
import { formatTable, type Column } from '@pareto/report';
import { countedPoints } from '../../objects/counted-latencies.js';
import { msDigits } from '../../terminal/format.js';

interface Row {
  readonly variant: string;
  readonly hardwareClass: string;
  readonly points: readonly wire.ProfilePoint[];
}

/** Returns the table. Empty if the profiles have fewer than two batch sizes. */
export function formatBatches(variants: readonly wire.Variant[], width: number): string {
  const rows = variants.flatMap(({ name, measurements }) =>
    measurements.flatMap(({ hardwareClass, profile }): Row[] =>
      profile === null ? [] : [{ variant: name, hardwareClass, points: countedPoints(profile) }],
    ),
  );
  const sizes = [...new Set(rows.flatMap(({ points }) => points.map(({ batch }) => batch)))].sort((a, b) => a - b);
  if (sizes.length < 2) return '';
  const classes = new Set(rows.map(({ hardwareClass }) => hardwareClass));
  return formatTable<Row>(
    [
      { title: 'P50/P99 IN MS', cell: ({ variant }) => variant },
      ...sizes.map((size, i): Column<Row> => ({
        title: `BATCH ${size}`,
        align: 'right',
        // The smallest and the largest batch stay.
        ...(i === 0 ? {} : { drop: i === sizes.length - 1 ? 1 : 2 }),
        cell: ({ points }) => timeAt(points, size),
      })),
      ...(classes.size > 1 ? [{ title: 'ON', cut: true, cell: ({ hardwareClass }: Row) => hardwareClass }] : []),
    ],
    rows,
    { width },
  );
}

function timeAt(points: readonly wire.ProfilePoint[], size: number): string {
  const point = points.find(({ batch }) => batch === size);
  return point === undefined ? '-' : `${msDigits(point.p50Ms)}/${msDigits(point.p99Ms)}`;
}
