// A log of events in memory.

import type { EventLog } from '../../src/events/events.js';
import type { ClusterEvent } from '../../src/events/repeats.js';

export interface RecordedEvents extends Pick<EventLog, 'add'> {
  readonly all: readonly ClusterEvent[];
}

export function recordEvents(): RecordedEvents {
  const all: ClusterEvent[] = [];
  return { all, add: (event) => void all.push(event) };
}
