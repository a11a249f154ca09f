// Applies the limits of a process to the connections and calls of all its servers.

import { systemClock, type Clock } from '@pareto/core';
import { createByteBudget, type ByteBudget } from './byte-budget.js';
import { createConnections, type Connections } from './connections.js';
import { defaultLimits, isRemote, type LimitName, limitOf, type Limits, limitText } from '@pareto/protocol';
import { Traffic } from './traffic.js';
import { Turns } from './turns.js';

export interface Limiter {
  readonly limits: Limits;
  readonly bytes: ByteBudget;
  readonly connections: Connections;
  readonly turns: Turns;
  readonly traffic: Traffic;
  /** Counts a limit that a call or a connection reached. */
  reached(limit: LimitName): void;
  /** Counts the limit of this process that an error is about, if any. Called for each error that a server sends. */
  count(error: unknown): void;
}

export interface LimiterOptions {
  /** Limits other than the defaults. */
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
  /** Called with the name of each limit that was reached, e.g. `message-bytes`. */
  readonly onReached?: (limit: string) => void;
}

export function createLimiter(options: LimiterOptions = {}): Limiter {
  const { clock = systemClock, onReached = (): void => undefined } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const { bufferedBytes, connections } = limits;
  return {
    limits,
    bytes: createByteBudget(bufferedBytes, clock),
    connections: createConnections(connections, () => onReached(limitText('connections'))),
    turns: new Turns(),
    traffic: new Traffic(),
    reached: (limit) => onReached(limitText(limit)),
    count(error) {
      const limit = isRemote(error) ? undefined : limitOf(error);
      if (limit !== undefined) onReached(limit);
    },
  };
}
