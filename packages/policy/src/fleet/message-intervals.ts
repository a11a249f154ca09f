// How often a leader and its workers send each other messages. Pure. The intervals grow with the fleet, so that its
// cost for the leader does not grow as fast.

import { milliseconds, type Milliseconds } from '@pareto/core';

export interface MessageIntervals {
  /** Time between two messages of the leader to a worker, and of a worker to the leader. */
  readonly messageMs: Milliseconds;
  /** Time between two reports of a worker while only counts, memory and queues change. */
  readonly reportMs: Milliseconds;
}

const messagesPerSecond = 1_000;
const reportsPerSecond = 500;
const minMs = 500;
/** Time without a message after which both sides end a stream, a leader only if the process of the worker does not answer a probe. */
export const silentMs: Milliseconds = milliseconds(3_000);
const maxMessageMs = 1_000;
/**
 * The minimum for a report that equals the last one, too. `PlacementParams.quietMs` covers this delay. A worker's counts since its
 * last report are lost when it dies.
 */
const maxReportMs = 2_000;

/**
 * Returns whether a worker reports in its regular message, `ageMs` after its last report: in the one nearest to the time.
 * `isSame` states that the report would equal the last one. With a `reportMs` of 0, each message is a report.
 */
export function isReportDue(ageMs: number, { messageMs, reportMs }: MessageIntervals, isSame: boolean): boolean {
  const dueMs = isSame && reportMs > 0 ? Math.max(reportMs, maxReportMs) : reportMs;
  return ageMs >= dueMs - messageMs / 2;
}

export function messageIntervals(workers: number): MessageIntervals {
  const between = (min: number, max: number, perSecond: number): Milliseconds =>
    milliseconds(Math.min(max, Math.max(min, (1_000 * workers) / perSecond)));
  return {
    messageMs: between(minMs, maxMessageMs, messagesPerSecond),
    reportMs: between(minMs, maxReportMs, reportsPerSecond),
  };
}
