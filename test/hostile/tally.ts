// Counts the replies to hostile requests.

import { type Reply } from './wire/reply.js';

export interface TallyReport {
  /** Number of replies by status, with one of the messages. */
  readonly statuses: Readonly<Record<string, { readonly count: number; readonly sample: string }>>;
  readonly maxMessageBytes: number;
  /** Errors without a message. */
  readonly silent: number;
}

export interface Tally {
  /** Counts a reply. `what` is added to the sample. */
  add(reply: Reply, what?: string): void;
  report(): TallyReport;
}

/** An answer, or no reply at all. */
const needsNoMessage = (status: string): boolean =>
  ['OK', 'CLOSED', 'TIMEOUT', 'open'].includes(status) || status.startsWith('2');

export function createTally(): Tally {
  const statuses: Record<string, { count: number; sample: string }> = {};
  let [maxMessageBytes, silent] = [0, 0];
  return {
    add({ status, message, messageBytes }, what = '') {
      const seen = (statuses[status] ??= { count: 0, sample: `${what} ${message}`.trim().slice(0, 300) });
      seen.count += 1;
      maxMessageBytes = Math.max(maxMessageBytes, messageBytes);
      if (!needsNoMessage(status) && message === '') silent += 1;
    },
    report: () => ({ statuses, maxMessageBytes, silent }),
  };
}
