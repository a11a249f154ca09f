// The limiter of a service, from its flags, with the metrics of the limits.

import type { Clock } from '@pareto/core';
import { createLimiter, type Limiter } from '@pareto/rpc';
import type { LimitMetrics } from '@pareto/telemetry';
import type { CommonConfig } from './flags/common-flags.js';

type LimitFlags = Pick<
  CommonConfig,
  'maxMessageBytes' | 'maxBufferedBytes' | 'maxConnections' | 'maxStreams' | 'stallTimeoutMs'
>;

export function createServiceLimiter(config: LimitFlags, metrics: LimitMetrics, clock: Clock): Limiter {
  return createLimiter({
    limits: {
      messageBytes: config.maxMessageBytes,
      bufferedBytes: config.maxBufferedBytes,
      connections: config.maxConnections,
      streams: config.maxStreams,
      stallMs: config.stallTimeoutMs,
    },
    clock,
    onReached: (limit) => metrics.limitsReached.add(1, { limit }),
  });
}

export function observeLimits({ bytes, connections }: Limiter, metrics: LimitMetrics): void {
  metrics.bufferedBytes.set(bytes.heldBytes);
  metrics.connections.set(connections.count);
}
