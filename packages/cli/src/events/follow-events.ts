// What controllers tell of events, told once: one that takes over tells again what it remembers.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ControllerClients } from '../connection/connect.js';
import { repeat, type RepeatOptions } from '../connection/repeat.js';

export interface TimedEvent {
  readonly event: wire.EventsResponse;
  /** When it was, by this machine's clock. */
  readonly at: Milliseconds;
}

/** What may lie between two controllers' words of when the same thing was. */
const slackMs = 2_000;
const remembered = 2_000;

/** True for what was not told before. */
function createOnce(): (timed: TimedEvent) => boolean {
  const before = new Map<string, Milliseconds>();
  return ({ event: { kind, subject, worker, reason }, at }) => {
    const key = [kind, subject, worker, reason].join('\n');
    const last = before.get(key);
    if (last !== undefined && at - last < slackMs) return false;
    before.delete(key);
    before.set(key, at);
    const [oldest] = before.keys();
    if (before.size > remembered && oldest !== undefined) before.delete(oldest);
    return true;
  };
}

export interface FollowEventsOptions extends RepeatOptions {
  readonly request: wire.EventsRequest;
  readonly onEvent: (timed: TimedEvent) => void;
  readonly clock: Clock;
}

/** To the end of what is remembered; of those that follow, until the signal aborts, whichever controller leads meanwhile. */
export async function followEvents(clients: ControllerClients, options: FollowEventsOptions): Promise<void> {
  const { request, onEvent, clock, signal } = options;
  const isNew = createOnce();
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
      throw new ParetoError('unavailable', 'the controller ended the events: asking who leads now');
  }, options);
}
