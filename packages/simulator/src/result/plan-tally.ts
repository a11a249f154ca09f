// How good the plans of a run are, over its time.

import { planGap, type PlanQuality, type PlanSource } from '@pareto/core';
import type { PlanFacts } from './simulation-result.js';

export interface PlanTally {
  /** Counts a plan from now on, until the next one. */
  planned(quality: PlanQuality, now: number): void;
  /** Returns the facts until now. */
  result(now: number): PlanFacts;
}

/** Counts from `startsAt` on. */
export function createPlanTally(startsAt: number): PlanTally {
  const times: Record<PlanSource, number> = { solved: 0, exact: 0, greedy: 0, stale: 0, frozen: 0 };
  let last: PlanQuality | undefined;
  let [since, boundedMs, gapMs] = [startsAt, 0, 0];

  function advance(now: number): void {
    const ms = Math.max(0, now - since);
    since = Math.max(since, now);
    if (last === undefined) return;
    times[last.source] += ms;
    const gap = planGap(last.cost);
    if (gap === undefined) return;
    boundedMs += ms;
    gapMs += ms * gap;
  }
  return {
    planned(quality, now) {
      advance(now);
      last = quality;
    },
    result(now) {
      advance(now);
      const total = Object.values(times).reduce((sum, ms) => sum + ms, 0);
      const shareOf = (source: PlanSource): number => (total === 0 ? 0 : times[source] / total);
      return {
        meanGap: boundedMs === 0 ? null : gapMs / boundedMs,
        sources: {
          ...{ solved: shareOf('solved'), exact: shareOf('exact') },
          ...{ greedy: shareOf('greedy'), stale: shareOf('stale'), frozen: shareOf('frozen') },
        },
      };
    },
  };
}
