// Formats events as a table or as single lines, oldest first.

import type { wire } from '@pareto/protocol';
import { formatTable, padVisible } from '@pareto/report';
import { formatSpan } from '../../terminal/format.js';
import type { Paint } from '../../terminal/terminal.js';

type Shown = Pick<wire.EventsResponse, 'ageMs' | 'kind' | 'subject' | 'worker' | 'reason' | 'warning'>;

const kindOf = ({ kind, warning }: Shown, paint: Paint): string => (warning ? paint.yellow(`! ${kind}`) : `  ${kind}`);

export const formatEventTable = (events: readonly Shown[], paint: Paint, width: number): string =>
  formatTable<Shown>(
    [
      { title: 'AGE', align: 'right', cell: ({ ageMs }) => formatSpan(ageMs) },
      { title: '  KIND', cell: (event) => kindOf(event, paint) },
      { title: 'SUBJECT', cell: ({ subject }) => subject },
      { title: 'WORKER', drop: 1, optional: true, cell: ({ worker }) => worker },
      { title: 'REASON', text: true, cell: ({ reason }) => reason },
    ],
    events,
    { paintTitles: paint.bold, width },
  );

/** Formats one event while following. The column widths are fixed, since later events are unknown. */
export const formatEventLine = (time: string, event: Shown, paint: Paint): string =>
  [
    paint.dim(time),
    padVisible(kindOf(event, paint), 12),
    event.subject.padEnd(28),
    event.worker.padEnd(10),
    event.reason,
  ]
    .join('  ')
    .trimEnd();
