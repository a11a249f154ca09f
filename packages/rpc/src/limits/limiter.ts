// Applies the limits of a process to the connections and calls of all its servers.

import { systemClock, type Clock } from '@pareto/core';
import { createByteBudget, type ByteBudget } from './byte-budget.js';
import { createConnections, type Connections } from './connections.js';
import { defaultLimits, type LimitName, type Limits } from './limits.js';

export interface Limiter {
  readonly limits: Limits;
  readonly bytes: ByteBudget;
  readonly connections: Connections;
  /** Counts a request or connection that reached a limit. */
  reached(limit: LimitName): void;
}

export interface LimiterOptions {
  /** Limits other than the defaults. */
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
  readonly onReached?: (limit: LimitName) => void;
}

export function createLimiter(options: LimiterOptions = {}): Limiter {
  const { clock = systemClock, onReached = (): void => undefined } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const { bufferedBytes, connections } = limits;
  return {
    limits,
    bytes: createByteBudget({ maxBytes: bufferedBytes, clock, onReached: () => onReached('bufferedBytes') }),
    connections: createConnections({ max: connections, clock, onReached: () => onReached('connections') }),
    reached: onReached,
  };
}
