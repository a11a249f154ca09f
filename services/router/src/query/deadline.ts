// The deadline of a query. What is left of it when the query is sent is the deadline of the call to the worker (forward.ts).

import type { Clock } from '@pareto/core';
import type { ClientQuery } from '../resolve/resolve.js';

/** Returns the time of the earlier of the call's deadline and the protocol's timeout. Infinity without both. */
export function deadlineAtOf({ call, timeoutMs = Infinity }: ClientQuery, clock: Clock): number {
  const now = clock.now();
  return Math.min(now + (call.remainingMs(now) ?? Infinity), call.receivedAt + timeoutMs);
}
