// Decides whether the load generator itself limits the result.

import type { SenderReport } from '../tally/load-report.js';

/** Share of the time that the event loop is busy from which requests and answers wait for each other. */
const maxBusy = 0.9;
/** Delay of sending at p99 that is visible in the latencies of small models. */
const maxLagMs = 5;
const minRateShare = 0.99;

/** Returns the reason, with what to do. Undefined if the load generator does not limit the result. */
export function findBottleneck(
  { intendedPerSecond, sentPerSecond, busy, lagMs }: Omit<SenderReport, 'bottleneck'>,
  loop: 'open' | 'closed',
): string | undefined {
  if (busy > maxBusy) {
    return `its event loop was busy for ${percent(busy)} of the time; lower the rate, or run it on more processes or a faster machine`;
  }
  if (loop === 'closed') return undefined;
  if (sentPerSecond < minRateShare * intendedPerSecond) {
    return `it sent ${sentPerSecond.toFixed(1)} of ${intendedPerSecond.toFixed(1)} requests per second; run it on another machine than the server`;
  }
  if (lagMs.p99 > maxLagMs) {
    return `it sent requests up to ${lagMs.p99.toFixed(1)} ms late (p99), which is part of their latencies; run it on another machine than the server`;
  }
  return undefined;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
