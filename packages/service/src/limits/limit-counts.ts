// Counts how often each limit of a process was reached in the last minute.

import type { Clock } from '@pareto/core';
import type { wire } from '@pareto/protocol';

export interface LimitCounts {
  add(limit: string): void;
  /** Returns the limits that were reached in the last minute, by name. */
  lastMinute(): wire.LimitCount[];
}

const seconds = 60;

interface Second {
  /** Time in whole seconds. */
  at: number;
  readonly counts: Map<string, number>;
}

/** Keeps one map of counts for each second of the last minute. The names come from a closed set, so that the maps are small. */
export function createLimitCounts(clock: Clock): LimitCounts {
  const ring = Array.from({ length: seconds }, (): Second => ({ at: -Infinity, counts: new Map() }));
  const now = (): number => Math.floor(clock.now() / 1000);
  return {
    add(limit) {
      const at = now();
      const second = ring[at % seconds];
      if (second === undefined) return;
      if (second.at !== at) second.counts.clear();
      second.at = at;
      second.counts.set(limit, (second.counts.get(limit) ?? 0) + 1);
    },
    lastMinute() {
      const sums = new Map<string, number>();
      const lastAt = now();
      for (const { at, counts } of ring) {
        if (at <= lastAt - seconds) continue;
        for (const [limit, count] of counts) sums.set(limit, (sums.get(limit) ?? 0) + count);
      }
      return Array.from(sums, ([limit, count]) => ({ limit, count })).sort((a, b) => a.limit.localeCompare(b.limit));
    },
  };
}
