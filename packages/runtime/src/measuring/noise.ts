// The noise of a measurement: how much of its time came from other work on the machine.

import type { Milliseconds, Profile, ProfilePoint } from '@pareto/core';
import { readCoreTimes, readWaitedTime, type CoreTimes } from '../processes/process-time.js';

/** Times since the start of the model's process and of the machine. Undefined where the system does not count them. */
export interface ContentionTimes {
  /** Time that the model's process was runnable but waited for a core. */
  readonly waitedMs: Milliseconds | undefined;
  readonly cores: CoreTimes | undefined;
}

export async function readContention(pid: number): Promise<ContentionTimes> {
  const [waitedMs, cores] = await Promise.all([readWaitedTime(pid), readCoreTimes()]);
  return { waitedMs, cores };
}

export interface MeasuredTimes {
  readonly before: ContentionTimes;
  readonly after: ContentionTimes;
  /** Total time of the runs. */
  readonly spentMs: number;
  readonly point: ProfilePoint;
}

/** Time for which a process waits when it is woken on the core that its waker is about to leave. Each run wakes it. */
const wakeUpMs = 0.05;
/** Maximum p99 of equal runs on a quiet machine, as a multiple of their median. */
const maxTail = 4;
/** Median of shorter runs for this purpose: a garbage collection takes some milliseconds however short a run is. */
const minTailMs = 2;

/**
 * Returns the share of the time that the model's process waited for a core because of other work, plus the share of the
 * busy cores' time that the host had taken. If that is more, returns the implausible share of the p99.
 */
export function noiseOf({ before, after, spentMs, point }: MeasuredTimes): number {
  const waitedMs = increase(before.waitedMs, after.waitedMs) - wakeUpMs * point.runs;
  const waited = Math.max(0, waitedMs) / Math.max(1, spentMs);
  const busyMs = increase(before.cores?.busyMs, after.cores?.busyMs);
  const stolen = increase(before.cores?.stolenMs, after.cores?.stolenMs) / Math.max(1, busyMs);
  return Math.max(waited + stolen, tailNoise(point));
}

const increase = (before: number | undefined, after: number | undefined): number =>
  before === undefined || after === undefined ? 0 : Math.max(0, after - before);

const tailNoise = ({ p50Ms, p99Ms }: ProfilePoint): number =>
  Math.max(0, 1 - (maxTail * Math.max(minTailMs, p50Ms)) / p99Ms);

/** Maximum noise of a profile that is not marked as noisy. Without other work there is at most 3 %. */
const maxQuietNoise = 0.1;

/** Returns the mark of a profile whose noisiest point has the given noise. */
export const noiseMark = (noise: number): Pick<Profile, 'noise'> =>
  noise > maxQuietNoise ? { noise: Math.min(1, noise) } : {};
