// Turns the numbers of replicas in each window into replicas with a begin and an end.

import type { Option } from './formulate-window.js';

/** A replica from its load to its end. */
export interface ReplicaSpan {
  readonly option: Option;
  /** Times in ms from the first query on. A replica that serves from the beginning is loaded before it, at a negative time. */
  readonly loadAtMs: number;
  readonly untilMs: number;
  /** Most slots that it keeps busy in a window, at most 1. */
  readonly busySlots: number;
}

/** The replicas of an option in a window. */
export interface PlannedOption {
  readonly replicas: number;
  /** Slots that they keep busy together. */
  readonly busySlots: number;
}

/**
 * Returns the replicas, by time of load. The first of an option serves in all windows with at least one, the second in those with at
 * least two, and so on. Each is loaded ahead by its load time and `aheadMs`, and stays over a pause in which it could not be loaded
 * again. `plans` has the options of each window.
 */
export function replicaSpans(
  options: readonly Option[],
  plans: readonly (readonly PlannedOption[])[],
  windowMs: number,
  aheadMs: number,
): readonly ReplicaSpan[] {
  const spans = options.flatMap((option, index) => {
    const planned = plans.map((plan) => plan[index] ?? none);
    const levels = Math.max(0, ...planned.map(({ replicas }) => replicas));
    return Array.from({ length: levels }, (_, level) => spansOf(option, planned, level, windowMs, aheadMs)).flat();
  });
  return spans.sort((one, other) => one.loadAtMs - other.loadAtMs);
}

const none: PlannedOption = { replicas: 0, busySlots: 0 };

/** Returns when more than `level` replicas of the option are needed. */
function spansOf(
  option: Option,
  planned: readonly PlannedOption[],
  level: number,
  windowMs: number,
  aheadMs: number,
): readonly ReplicaSpan[] {
  const leadMs = option.loadMs + aheadMs;
  const spans: ReplicaSpan[] = [];
  for (const [window, { replicas, busySlots: together }] of planned.entries()) {
    if (replicas <= level) continue;
    const [fromMs, untilMs, busySlots] = [window * windowMs, (window + 1) * windowMs, together / replicas];
    const last = spans.at(-1);
    if (last === undefined || fromMs - last.untilMs > leadMs)
      spans.push({ option, loadAtMs: fromMs - leadMs, untilMs, busySlots });
    else spans[spans.length - 1] = { ...last, untilMs, busySlots: Math.max(last.busySlots, busySlots) };
  }
  return spans;
}
