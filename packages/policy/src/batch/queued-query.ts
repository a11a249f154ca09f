// A query that waits at a replica, the bounds of its queue, and the order of service.

import type { Shapes } from '@pareto/core';

export interface QueuedQuery {
  readonly items: number;
  readonly bytes: number;
  /** Key that queries must have in common to share a batch. */
  readonly batchKey: string;
  /** Shapes of the inputs with dynamic dimensions. Undefined if there are none. */
  readonly shapes?: Shapes | undefined;
  /** 1 is the most urgent. Infinite if the client set none. */
  readonly priority: number;
  /** Arrival time. All times are on one clock, in ms. */
  readonly enqueuedAt: number;
  /** Time by which the query must be answered to meet its objective. Infinite if a late answer is wanted. */
  readonly dueAt: number;
  /** Time at which the caller stops waiting. Infinite if it set no deadline. */
  readonly deadlineAt: number;
}

export interface QueueBounds {
  readonly items: number;
  readonly bytes: number;
}

/** `late`: the query cannot meet its objective. `expired`: its caller has stopped waiting. */
export type QueueRejection = 'full' | 'late' | 'expired';

type Urgency = Pick<QueuedQuery, 'priority' | 'dueAt'>;

/** Returns whether `a` is served before `b`: by priority, and then by the time at which it is due. */
export const isBefore = (a: Urgency, b: Urgency): boolean =>
  a.priority === b.priority ? a.dueAt < b.dueAt : a.priority < b.priority;
