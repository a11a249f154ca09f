// Measures for how long this process could not run, because its event loop was blocked or the host is busy.

import { milliseconds, type Clock } from '@pareto/core';
import type { ClusterView } from '../cluster/observe.js';

type AbsenceView = Pick<ClusterView, 'records' | 'fleet' | 'now' | 'leadingSince'>;

/** Time between two measurements while a worker is absent, whose time to rejoin a delay extends, and while none is. */
const [absentMs, presentMs] = [milliseconds(250), milliseconds(1_000)];
/** Delays below this are usual for timers. */
const minDelayMs = 100;

/** Returns whether a worker has no session, and may still rejoin. */
export const isAnyAbsent = ({ records, fleet, now, leadingSince }: AbsenceView): boolean =>
  [...records.workers.values()].some(({ value: { info } }) => fleet.presence(info.id, now, leadingSince) === 'awaited');

export interface OwnDelayOptions {
  /** Returns whether a worker is absent. */
  readonly isAnyAbsent: () => boolean;
  /** Called with the length of each delay. */
  readonly onDelay: (ms: number) => void;
  readonly clock: Clock;
}

/** Measures until the signal aborts. */
export async function watchOwnDelay(
  { isAnyAbsent, onDelay, clock }: OwnDelayOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const everyMs = isAnyAbsent() ? absentMs : presentMs;
    const dueAt = clock.now() + everyMs;
    await clock.sleep(everyMs, signal).catch(() => undefined);
    const lateMs = clock.now() - dueAt;
    if (lateMs >= minDelayMs) onDelay(lateMs);
  }
}
