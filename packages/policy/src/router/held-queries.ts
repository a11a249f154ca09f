// The queries that a router holds: how long each may wait, and when it gives up.

import type { ErrorCode, VariantId } from '@pareto/core';
import type { HoldUsage } from '../admit/admit.js';
import { createHoldQueue } from '../admit/hold-queue.js';
import type { RouterDemand } from './router-demand.js';
import type { RouterEffect } from './router-event.js';
import { dueAtOf, resolvedOf, type HoldEnd, type QueryHold, type TrackedQuery } from './router-query.js';

export interface HoldParams {
  /** Maximum time that a query is held, in ms. */
  readonly maxHoldMs: number;
  /** Maximum number of groups of equal queries that are decided again without success when a query has ended. */
  readonly maxFailures: number;
}

export const defaultHoldParams: HoldParams = { maxHoldMs: 30_000, maxFailures: 4 };

/** Status of a query that is given up. */
const holdEndCodes: Readonly<Record<HoldEnd, ErrorCode>> = {
  'too-long': 'resource-exhausted',
  deadline: 'deadline-exceeded',
  draining: 'unavailable',
};

export interface HeldQueriesOptions {
  readonly params: HoldParams;
  readonly demand: Pick<RouterDemand, 'hold' | 'release' | 'ended'>;
}

export interface HeldQueries<H> {
  /** Queries that wait now, always the same object. */
  readonly usage: HoldUsage;
  /** Holds a query, for the rest of its time if it was held before. Gives it up if none is left. */
  hold(query: TrackedQuery<H>, variant: VariantId, now: number, effects: RouterEffect<H>[]): void;
  /** Has a held query wait for another variant. */
  changeVariant(query: TrackedQuery<H>, variant: VariantId, now: number, effects: RouterEffect<H>[]): void;
  leave(query: TrackedQuery<H>): void;
  /** Ends the time of a query, which is given up if it is held now. */
  timeOut(query: TrackedQuery<H>, effects: RouterEffect<H>[]): void;
  /** Gives up all held queries, and later ones immediately. */
  drain(effects: RouterEffect<H>[]): void;
  /** Has all held queries resolved with a new table. */
  resolveAgain(effects: RouterEffect<H>[]): void;
  /**
   * Decides again on held queries, in order, until `maxFailures` groups of equal ones must stay. `tryResume` returns false for a
   * query that stays.
   */
  resume(tryResume: (query: TrackedQuery<H>) => boolean, maxFailures: number): void;
}

export function createHeldQueries<H>({ params: { maxHoldMs }, demand }: HeldQueriesOptions): HeldQueries<H> {
  const queue = createHoldQueue<TrackedQuery<H>>();
  let isDraining = false;

  function holdOf(query: TrackedQuery<H>, now: number): QueryHold<H> {
    const { deadlineAt, priority, requestBytes } = query;
    const { entry, items, objective } = resolvedOf(query);
    return {
      handle: query,
      group: JSON.stringify([entry.name, items, objective]),
      priority,
      dueAt: dueAtOf(query, objective),
      bytes: requestBytes,
      until: Math.min(now + maxHoldMs, deadlineAt),
      end: deadlineAt < now + maxHoldMs ? 'deadline' : 'too-long',
    };
  }
  function stopCounting(query: TrackedQuery<H>): void {
    if (query.counted !== undefined) demand.release(query.counted);
    query.counted = undefined;
  }
  function leave(query: TrackedQuery<H>): void {
    stopCounting(query);
    if (query.hold !== undefined) queue.leave(query.hold);
  }
  function wait(query: TrackedQuery<H>, variant: VariantId, now: number, effects: RouterEffect<H>[]): void {
    stopCounting(query);
    query.awaited = variant;
    query.counted = demand.hold(resolvedOf(query), variant, now);
    effects.push({ kind: 'hold', query, variant });
  }
  function giveUp(query: TrackedQuery<H>, reason: HoldEnd, effects: RouterEffect<H>[]): void {
    leave(query);
    query.stage = 'ended';
    demand.ended(resolvedOf(query), holdEndCodes[reason]);
    effects.push({ kind: 'give-up', query, reason });
  }
  return {
    usage: queue.usage,
    hold(query, variant, now, effects) {
      const hold = (query.hold ??= holdOf(query, now));
      query.awaited = variant;
      query.isTimed = false;
      if (isDraining) return giveUp(query, 'draining', effects);
      if (now >= hold.until) return giveUp(query, hold.end, effects);
      query.stage = 'held';
      queue.enter(hold);
      wait(query, variant, now, effects);
    },
    changeVariant: wait,
    leave,
    timeOut(query, effects) {
      if (query.hold === undefined) return;
      query.hold.until = -Infinity;
      if (query.stage === 'held') giveUp(query, query.hold.end, effects);
    },
    drain(effects) {
      isDraining = true;
      for (const query of queue.all()) giveUp(query, 'draining', effects);
    },
    resolveAgain(effects) {
      for (const query of queue.all()) effects.push({ kind: 'resolve', query, retryOf: undefined });
    },
    resume(tryResume, maxFailures) {
      queue.resume((query) => {
        const isEnded = tryResume(query);
        if (isEnded) stopCounting(query);
        return isEnded;
      }, maxFailures);
    },
  };
}
