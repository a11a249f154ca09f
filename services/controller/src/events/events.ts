// The log of the actions of this controller while it leads, with their reasons. It is bounded, and repeated events are
// published once a minute.

import type { Clock, Milliseconds } from '@pareto/core';
import { createNotifier, type Notifier } from '../loops/notifier.js';

export interface ClusterEvent {
  /** Kind for operators to search: load, measured, failed, worker, rule … */
  readonly kind: string;
  /** Variant, architecture, task or worker that the event is about. */
  readonly subject: string;
  readonly worker?: string;
  /** Human-readable reason. */
  readonly reason: string;
  readonly warning?: boolean;
}

export interface LoggedEvent extends ClusterEvent {
  /** Ids ascend in the order of publication. */
  readonly id: number;
  readonly at: Milliseconds;
  /** Number of occurrences since the event is in the log. */
  readonly count: number;
}

export interface EventLog {
  /** Adds an event, which occurred at `at` (default: now). */
  add(event: ClusterEvent, at?: Milliseconds): void;
  clear(): void;
  /** Returns the events with a larger id, in order. */
  since(id: number): readonly LoggedEvent[];
  /** Notifies of events with a new id. */
  readonly changed: Pick<Notifier, 'wait'>;
}

const maxEvents = 1_000;
/** Time within which a repeated event is only counted. */
const repeatMs = 60_000;

export function createEventLog(clock: Clock): EventLog {
  /** Events in the order of their ids. */
  const events = new Map<string, LoggedEvent & { readonly publishedAt: Milliseconds }>();
  const changed = createNotifier(clock);
  let last = 0;
  return {
    changed,
    add(event, at = clock.now()) {
      const key = [event.kind, event.subject, event.worker, event.reason].join('\n');
      const known = events.get(key);
      const count = (known?.count ?? 0) + 1;
      if (known !== undefined && at - known.publishedAt < repeatMs)
        return void events.set(key, { ...known, at, count });
      events.delete(key);
      last += 1;
      events.set(key, { ...event, id: last, at, publishedAt: at, count });
      const [oldest] = events.keys();
      if (events.size > maxEvents && oldest !== undefined) events.delete(oldest);
      changed.notify();
    },
    clear: () => events.clear(),
    since: (id) => [...events.values()].filter((event) => event.id > id),
  };
}
