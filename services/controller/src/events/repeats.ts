// Which events repeat an earlier one, so that they are counted instead of published again.

import type { Milliseconds } from '@pareto/core';
import type { LoggedEvent } from '../storage/records.js';

export type ClusterEvent = Pick<LoggedEvent, 'kind' | 'subject' | 'worker' | 'reason' | 'warning'>;

export interface Repeats {
  /** Returns the id under which the event is published, `next` unless it is only counted, and its occurrences so far. */
  observe(event: ClusterEvent, next: number, now: Milliseconds): Pick<LoggedEvent, 'id' | 'count'>;
  clear(): void;
}

/** Time within which a repeated event is only counted. */
const repeatMs = 60_000;
/** Time after which a repeated event is a new one. */
const forgetMs = 3_600_000;
const maxKnown = 1_000;

export const identityOf = ({ kind, subject, worker, reason }: ClusterEvent): string =>
  [kind, subject, worker, reason].join('\n');

export function createRepeats(): Repeats {
  /** Published events in the order of publication. */
  const known = new Map<string, { readonly id: number; readonly publishedAt: Milliseconds; readonly count: number }>();
  return {
    observe(event, next, now) {
      const identity = identityOf(event);
      const before = known.get(identity);
      const sinceMs = before === undefined ? Infinity : now - before.publishedAt;
      const count = before === undefined || sinceMs >= forgetMs ? 1 : before.count + 1;
      if (before !== undefined && sinceMs < repeatMs) {
        known.set(identity, { ...before, count });
        return { id: before.id, count };
      }
      known.delete(identity);
      known.set(identity, { id: next, publishedAt: now, count });
      const [oldest] = known.keys();
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
      return { id: next, count };
    },
    clear: () => known.clear(),
  };
}
