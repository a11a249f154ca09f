// What this controller did and why, as long as it leads: bounded, and what happens again and again is told once in a while.

import type { Clock, Milliseconds } from '@pareto/core';
import { createNotifier, type Notifier } from '../loops/notifier.js';

export interface ClusterEvent {
  /** What an operator looks for: load, measured, failed, worker, rule … */
  readonly kind: string;
  /** The variant, architecture, task or worker that it is about. */
  readonly subject: string;
  readonly worker?: string;
  /** For people. */
  readonly reason: string;
  readonly warning?: boolean;
}

export interface LoggedEvent extends ClusterEvent {
  /** Ascending. */
  readonly id: number;
  readonly at: Milliseconds;
  /** How often, since it is remembered. */
  readonly count: number;
}

export interface EventLog {
  /** `at`: when it was; now if left out. */
  add(event: ClusterEvent, at?: Milliseconds): void;
  /** Forgets all. */
  clear(): void;
  /** Those of a later id, in order. */
  since(id: number): readonly LoggedEvent[];
  /** Of an event with a new id. */
  readonly changed: Pick<Notifier, 'wait'>;
}

const maxEvents = 1_000;
/** What comes again sooner is only counted. */
const repeatMs = 60_000;

export function createEventLog(clock: Clock): EventLog {
  /** In the order of their ids. */
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
