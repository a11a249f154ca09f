// Measures the load generator itself: its rate, its delay and its CPU time, from the end of the warm-up.

// oxlint-disable-next-line no-restricted-imports -- not time: the use of the event loop
import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { createLatencyHistogram } from '../tally/latency-histogram.js';
import type { SenderReport } from '../tally/load-report.js';
import { findBottleneck } from './find-bottleneck.js';

export interface SenderMeter {
  /** Records when a request that was due at a time is sent. */
  sent(intendedAt: number, sentAt: number): void;
  report(loop: 'open' | 'closed'): SenderReport;
}

/** The use of the CPU at the time of the first counted request. */
interface Usage {
  readonly cpu: NodeJS.CpuUsage;
  readonly loop: EventLoopUtilization;
}

export function createSenderMeter(countedFrom: number): SenderMeter {
  const lags = createLatencyHistogram();
  let before: Usage | undefined;
  let count = 0;
  let lastIntended = countedFrom;
  let lastSent = countedFrom;
  return {
    sent(intendedAt, sentAt) {
      if (intendedAt < countedFrom) return;
      before ??= { cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };
      count++;
      lastIntended = intendedAt;
      lastSent = sentAt;
      lags.record(Math.max(sentAt - intendedAt, 0));
    },
    report(loop) {
      const { user, system } = process.cpuUsage(before?.cpu);
      const measured = {
        intendedPerSecond: perSecond(count, lastIntended - countedFrom),
        sentPerSecond: perSecond(count, lastSent - countedFrom),
        cpuUsPerRequest: count === 0 ? 0 : (user + system) / count,
        busy: before === undefined ? 0 : performance.eventLoopUtilization(before.loop).utilization,
        lagMs: lags.summary(),
      };
      return { ...measured, bottleneck: findBottleneck(measured, loop) ?? null };
    },
  };
}

const perSecond = (count: number, ms: number): number => (ms > 0 ? (count * 1000) / ms : 0);
