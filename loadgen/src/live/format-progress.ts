// Formats the progress of a run: as lines that fit a terminal, or as one line of a log.

import { stripVTControlCharacters } from 'node:util';
import { cutLine, formatRows, type Column } from '@pareto/report';
import { quantileMs, type LatencyCount } from '../tally/latency-tally.js';
import { formatMs, formatRate, formatShare } from '../report/format-number.js';
import type { Paint } from '../report/paint.js';
import type { Progress, ProgressCounts, RecentClass } from './progress-tally.js';

export interface ProgressView {
  readonly phase: 'warm-up' | 'sending' | 'waiting';
  /** Time from the start of the warm-up, or else of the duration. */
  readonly elapsedMs: number;
  /** Length of the warm-up, or else of the duration. */
  readonly lengthMs: number;
  /** Length of the latest moments. */
  readonly recentMs: number;
  /** Requests that were to be sent in the latest moments. Undefined in a closed loop. */
  readonly intended: number | undefined;
  readonly progress: Progress;
}

/** Returns lines that are shorter than `width`. */
export function formatProgress(view: ProgressView, width: number, paint: Paint): readonly string[] {
  const { recentMs, intended, progress } = view;
  const { total, recent, classes } = progress;
  const perSecond = (count: number): string => formatRate((count * 1_000) / Math.max(1, recentMs));
  const wrap = (label: string, parts: readonly string[]): readonly string[] => wrapParts(label, parts, width, paint);
  return [
    formatBar(view, width, paint),
    ...wrap('now', [
      ...(intended === undefined ? [] : [`${perSecond(intended)} intended`]),
      `${perSecond(recent.sent)} sent`,
      `${perSecond(recent.answered)} answered`,
      `${inFlight(progress)} in flight`,
    ]),
    ...wrap('', [...formatLatency(classes.flatMap(({ latencies }) => latencies)), `${onTime(recent)} on time`]),
    ...wrap('total', [
      `${total.sent} sent`,
      `${total.answered} answered`,
      `${onTime(total)} on time`,
      noticeable(total.rejected, 'rejected', paint.yellow),
      noticeable(total.failed, 'failed', paint.red),
    ]),
    ...(classes.length > 1 ? ['', ...formatClasses(classes, perSecond, width, paint)] : []),
  ].map((line) => cutLine(line, width));
}

/** Returns one line without colours. */
export function formatProgressLine(view: ProgressView): string {
  const { recentMs, progress, phase } = view;
  const { total, recent, classes } = progress;
  const perSecond = (count: number): string => formatRate((count * 1_000) / Math.max(1, recentMs));
  const time = `${formatClock(view.elapsedMs)} of ${formatClock(view.lengthMs)}${phase === 'sending' ? '' : `, ${phase}`}`;
  const parts = [
    `${perSecond(recent.sent)} sent`,
    `${perSecond(recent.answered)} answered`,
    ...formatLatency(classes.flatMap(({ latencies }) => latencies)),
    `${onTime(recent)} on time`,
    `${total.rejected} rejected`,
    `${total.failed} failed`,
    `${inFlight(progress)} in flight`,
  ];
  return `${time}: ${parts.join(', ')}`;
}

const inFlight = ({ total: { sent, answered, rejected, failed } }: Progress): number =>
  sent - answered - rejected - failed;

const onTime = ({ onTime: count, answered, rejected, failed }: Omit<ProgressCounts, 'sent'>): string =>
  formatShare(count, answered + rejected + failed, 1);

const noticeable = (count: number, name: string, paint: (text: string) => string): string =>
  count > 0 ? paint(`${count} ${name}`) : `${count} ${name}`;

function formatLatency(latencies: readonly LatencyCount[]): readonly string[] {
  const sorted = latencies.toSorted(([a], [b]) => a - b);
  return [0.5, 0.99].map((quantile) => `p${quantile * 100} ${formatMs(quantileMs(sorted, quantile))} ms`);
}

/** Formats a time as minutes and seconds: `1:05`, or with hours: `1:00:05`. */
function formatClock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const maxBar = 40;

function formatBar(view: ProgressView, width: number, paint: Paint): string {
  const { phase, elapsedMs, lengthMs, progress } = view;
  const left = Math.max(0, Math.ceil((lengthMs - elapsedMs) / 1_000) * 1_000);
  const time = `${formatClock(Math.min(elapsedMs, lengthMs))} of ${formatClock(lengthMs)}`;
  const note = {
    'warm-up': ', warm-up (not counted)',
    sending: `, ${formatClock(left)} left`,
    waiting: `, waiting for ${inFlight(progress)} in flight`,
  }[phase];
  const cells = Math.max(0, Math.min(maxBar, width - 1 - time.length - 2 - note.length));
  const full = Math.round(cells * Math.min(1, elapsedMs / Math.max(1, lengthMs)));
  return `${paint.green('█'.repeat(full))}${paint.dim('░'.repeat(cells - full))}  ${paint.bold(time)}${note}`;
}

const labelWidth = 7;

/** Joins parts after a label, on as many lines as needed. */
function wrapParts(label: string, parts: readonly string[], width: number, paint: Paint): readonly string[] {
  const lines: string[] = [];
  let line = paint.dim(label.padEnd(labelWidth));
  for (const part of parts) {
    const isEmpty = visible(line) <= labelWidth;
    if (!isEmpty && visible(line) + 3 + visible(part) >= width) {
      lines.push(line);
      line = ' '.repeat(labelWidth) + part;
    } else line += isEmpty ? part : `   ${part}`;
  }
  return [...lines, line];
}

const visible = (text: string): number => stripVTControlCharacters(text).length;

function formatClasses(
  classes: readonly RecentClass[],
  perSecond: (count: number) => string,
  width: number,
  paint: Paint,
): readonly string[] {
  const latency =
    (quantile: number) =>
    ({ latencies }: RecentClass): string =>
      formatMs(quantileMs(latencies, quantile));
  const number = (title: string, cell: (row: RecentClass) => string): Column<RecentClass> => ({
    title,
    align: 'right',
    drop: 1,
    cell,
  });
  const columns: readonly Column<RecentClass>[] = [
    { title: 'QUERY', cell: ({ name }) => name },
    number('ANSWERED', ({ answered }) => perSecond(answered)),
    number('ON TIME', onTime),
    number('P50 MS', latency(0.5)),
    number('P99 MS', latency(0.99)),
    number('REJECTED', ({ rejected }) => perSecond(rejected)),
    number('FAILED', ({ failed }) => perSecond(failed)),
  ];
  return formatRows(columns, classes, { paintTitles: paint.dim, width });
}
