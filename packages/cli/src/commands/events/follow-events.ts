// Follows the controllers' events across changes of leader.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ControllerClients } from '../../connection/connect.js';
import { repeat, type RepeatOptions } from '../../connection/repeat.js';

export interface TimedEvent {
  readonly event: wire.EventsResponse;
  /** Time of the event by this machine's clock. */
  readonly at: Milliseconds;
}

export type EventsQuery = Omit<wire.EventsRequest, 'afterId'>;

export interface FollowEventsOptions extends RepeatOptions {
  readonly request: EventsQuery;
  readonly onEvent: (timed: TimedEvent) => void;
  readonly clock: Clock;
}

/** Reports each stored event. With `follow`, continues across leaders until the signal aborts. */
export async function followEvents(clients: ControllerClients, options: FollowEventsOptions): Promise<void> {
  const { request, onEvent, clock, signal } = options;
  let afterId = 0;
  await repeat(async (onProgress) => {
    await clients.events(() => ({ ...request, afterId }), {
      signal,
      onEvent(event) {
        onProgress();
        afterId = event.id;
        onEvent({ event, at: (clock.now() - event.ageMs) as Milliseconds });
      },
    });
    if (request.follow && !signal.aborted)
      throw new ParetoError('unavailable', 'the controller closed the stream of events');
  }, options);
}
