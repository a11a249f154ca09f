// The tables of a replay: all queries, and the share on time of each objective.

import { formatTable, wrap, type Column, type TableOptions } from '@pareto/report';
import { formatMs, formatObjective, formatPercent, formatSpan, formatUsd } from '../../terminal/format.js';
import { receivedObjective } from '../../terminal/received-objective.js';
import type { ReplayFigures, ReplaySummary } from './summarize-replay.js';

type Totals = ReplaySummary['totals'][number];
type Objective = ReplaySummary['objectives'][number];

export function formatReplay(summary: ReplaySummary, options: TableOptions): string {
  const { from, durationMs, totals, objectives } = summary;
  const [recorded] = totals;
  const head = `${recorded?.queries ?? 0} queries in ${formatSpan(durationMs)} from ${from}`;
  const notes = [...startsOf(totals), ...notesOf(summary.gaps)].flatMap((note) =>
    wrap(note, options.width ?? Infinity),
  );
  return [
    head,
    '',
    formatTable<Totals>(totalColumns, totals, options),
    '',
    formatTable<Objective>(objectiveColumns(totals), objectives, options),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

const right = (title: string, cell: (figures: Totals) => string): Column<Totals> => ({ title, align: 'right', cell });

const totalColumns: readonly Column<Totals>[] = [
  { title: 'RUN', cell: ({ name }) => name, cut: true },
  right('ON TIME', shareOnTime),
  right('MISSED', ({ queries, onTime }) => String(queries - onTime)),
  right('P50', ({ p50Ms }) => (p50Ms === undefined ? '-' : formatMs(p50Ms))),
  right('P99', ({ p99Ms }) => (p99Ms === undefined ? '-' : formatMs(p99Ms))),
  right('COST', ({ usd }) => (usd === undefined ? '-' : formatUsd(usd))),
];

const objectiveColumns = (totals: readonly Totals[]): readonly Column<Objective>[] => [
  { title: 'TASK', cell: ({ task }) => task, cut: true },
  { title: 'OBJECTIVE', cell: ({ objective }) => formatObjective(receivedObjective(objective)) || 'none' },
  { title: 'QUERIES', align: 'right', cell: ({ figures: [recorded] }) => String(recorded?.queries ?? 0), drop: 1 },
  ...totals.map(({ name }, index): Column<Objective> => ({
    title: name.toUpperCase(),
    align: 'right',
    cell: ({ figures }) => shareOnTime(figures[index]),
  })),
];

function shareOnTime(figures: ReplayFigures | undefined): string {
  return figures === undefined || figures.queries === 0 ? '-' : formatPercent(figures.onTime / figures.queries);
}

/** Returns a line for each simulation: whether it starts with replicas. */
const startsOf = (totals: readonly Totals[]): readonly string[] =>
  totals.flatMap(({ name, startReplicas }) => {
    if (startReplicas === undefined) return [];
    if (startReplicas === 0) return [`${name} starts without replicas`];
    return [`${name} starts with the ready replicas of the listed cluster: ${startReplicas}`];
  });

/** Returns a sentence for each kind of query that the replay leaves out or changes. */
function notesOf({ invalid, unknown, named, batched, cut, lost }: ReplaySummary['gaps']): readonly string[] {
  const notes: readonly (readonly [count: number, text: string])[] = [
    [invalid, 'queries that were not replayed, because they were errors of clients'],
    [unknown, 'queries that were not replayed, because the cluster does not have their tasks'],
    [named, 'queries for an architecture or a variant, which were replayed as queries of its task'],
    [batched, 'queries of several items, which were replayed with one item'],
    [cut, 'lines of the log that are cut'],
    [lost, 'queries that could not be recorded, at most'],
  ];
  return notes.filter(([count]) => count > 0).map(([count, text]) => `${text}: ${count}`);
}
