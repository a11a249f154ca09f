// Follows the controllers' events across changes of leader, and drops the ones that a new leader sends again.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ControllerClients } from '../connection/connect.js';
import { repeat, type RepeatOptions } from '../connection/repeat.js';

export interface TimedEvent {
  readonly event: wire.EventsResponse;
  /** Time of the event by this machine's clock. */
  readonly at: Milliseconds;
}

/** Largest difference between the times that two controllers report for the same event. */
const slackMs = 2_000;
const maxRemembered = 2_000;

/** Returns a predicate that is true for the first occurrence of each event. */
function createDuplicateFilter(): (timed: TimedEvent) => boolean {
  const before = new Map<string, Milliseconds>();
  return ({ event: { kind, subject, worker, reason }, at }) => {
    const key = [kind, subject, worker, reason].join('\n');
    const last = before.get(key);
    if (last !== undefined && at - last < slackMs) return false;
    before.delete(key);
    before.set(key, at);
    const [oldest] = before.keys();
    if (before.size > maxRemembered && oldest !== undefined) before.delete(oldest);
    return true;
  };
}

export interface FollowEventsOptions extends RepeatOptions {
  readonly request: wire.EventsRequest;
  readonly onEvent: (timed: TimedEvent) => void;
  readonly clock: Clock;
}

/** Reports each event that the leader remembers. With `follow`, continues across leaders until the signal aborts. */
export async function followEvents(clients: ControllerClients, options: FollowEventsOptions): Promise<void> {
  const { request, onEvent, clock, signal } = options;
  const isNew = createDuplicateFilter();
  await repeat(async (onProgress) => {
    await clients.events(request, {
      signal,
      onEvent(event) {
        onProgress();
        const timed = { event, at: (clock.now() - event.ageMs) as Milliseconds };
        if (isNew(timed)) onEvent(timed);
      },
    });
    if (request.follow && !signal.aborted)
      throw new ParetoError('unavailable', 'the controller closed the stream of events');
  }, options);
}
