// The limiter of a service, from its flags, which counts the limits that are reached. The budgets of bytes and connections
// are in `packages/rpc/src/limits`.

import type { Clock } from '@pareto/core';
import { createLimiter, type Limiter } from '@pareto/rpc';
import type { LimitMetrics } from '@pareto/telemetry';
import type { CommonConfig } from '../flags/common-flags.js';
import { createLimitCounts, type LimitCounts } from './limit-counts.js';

type LimitFlags = Pick<
  CommonConfig,
  'maxMessageBytes' | 'maxBufferedBytes' | 'maxConnections' | 'maxStreams' | 'stallTimeoutMs'
>;

export interface ServiceLimiter extends Limiter {
  readonly counts: Pick<LimitCounts, 'lastMinute'>;
}

export function createServiceLimiter(config: LimitFlags, metrics: LimitMetrics, clock: Clock): ServiceLimiter {
  const counts = createLimitCounts(clock);
  const limiter = createLimiter({
    limits: {
      messageBytes: config.maxMessageBytes,
      bufferedBytes: config.maxBufferedBytes,
      connections: config.maxConnections,
      streams: config.maxStreams,
      stallMs: config.stallTimeoutMs,
    },
    clock,
    onReached(limit) {
      metrics.limitsReached.add(1, { limit });
      counts.add(limit);
    },
  });
  return { ...limiter, counts };
}

export function observeLimits({ bytes, traffic }: Limiter, metrics: LimitMetrics): void {
  metrics.bufferedBytes.set(bytes.heldBytes);
  for (const [transport, { connections, receivedBytes, sentBytes }] of traffic.take()) {
    metrics.connections.set(connections, { hop: transport });
    metrics.receivedBytes.add(receivedBytes, { hop: transport });
    metrics.sentBytes.add(sentBytes, { hop: transport });
  }
}
