// Schedules steps on workers without disturbing queries.

import type { HardwareClassId, Milliseconds } from '@pareto/core';
import type { PlanningContext } from '../context/context.js';
import type { Entry, Host } from '../ledger/entry.js';
import type { Ledger } from '../ledger/ledger.js';
import { fits, lackText, type MemoryPool } from '../ledger/memory-pools.js';
import { evictable, victimsFor } from '../pack/evict.js';
import { isReady, slotsOf } from '../pack/replicas.js';
import { stepKey } from '../observe-deferred.js';
import type { OpenStep } from './list-open-steps.js';

export interface StepScheduler {
  /** Orders a step, or makes room for it. Returns why it waits, or undefined if it was ordered. */
  schedule(step: OpenStep): string | undefined;
}

/**
 * Creates a scheduler. A measurement is ordered from a worker whose ready replicas are all idle or have a ready
 * substitute on a worker that does not measure; if queries are held for the variant, or if it has waited for `maxDeferMs`, from
 * any worker. Files are generated at a low priority on any worker, idle ones first. If memory is short, replicas that only needs less important
 * than `rank` keep are evicted, and only idle ones unless queries are held.
 */
export function createStepScheduler(ledger: Ledger, context: PlanningContext, rank: number): StepScheduler {
  const { horizon, params, snapshot } = context;
  const isInUse = (entry: Entry): boolean =>
    isReady(entry) && !entry.leaving && !horizon.hasCome((entry.existing?.lastUsedAt ?? 0) + params.quietMs);
  const hasOther = (entry: Entry): boolean =>
    ledger.entriesOf(entry.variant).some((other) => canSubstitute(other, entry));
  const blockers = new Map<Host, Entry | undefined>();
  function blocker(host: Host): Entry | undefined {
    if (!blockers.has(host)) {
      const found = host.entries.find((entry) => isInUse(entry) && !hasOther(entry));
      blockers.set(host, found);
    }
    return blockers.get(host);
  }
  /**
   * Returns whether a measurement has waited for long enough, and no worker of its class measures, whose end it may wait for. A
   * repeated one waits until its worker is idle.
   */
  function isOverdue(step: OpenStep, hardwareClass: HardwareClassId): boolean {
    const since = snapshot.deferredSince?.get(stepKey(step)) ?? horizon.now;
    if (step.isAlone || !horizon.hasCome(since + params.maxDeferMs)) return false;
    return !ledger.hosts.some((host) => host.order === 'measure' && slotsOf(host, hardwareClass) > 0);
  }
  let idle = ledger.hosts.filter((host) => host.takesOrders && host.order === undefined);

  function order(step: OpenStep, host: Host): undefined {
    ledger.order(step.order, host, poolsOf(host, step), step);
    idle = idle.filter((other) => other !== host);
    blockers.clear();
  }
  /** Returns a comparison of workers for a step: idle ones before busy ones for files, then the most free memory. */
  function roomierFor({ order: { kind } }: OpenStep): (a: Host, b: Host) => number {
    const isBusy = (host: Host): number => (kind === 'make' && host.entries.some(isInUse) ? 1 : 0);
    return (a, b) => isBusy(a) - isBusy(b) || b.pools[0].freeBytes - a.pools[0].freeBytes;
  }
  return {
    schedule(step) {
      const { isHeld, hardwareClass } = step;
      const able = hardwareClass === undefined ? idle : idle.filter((host) => slotsOf(host, hardwareClass) > 0);
      if (able.length === 0) return 'every suitable worker is generating or measuring already';
      const isAnywhere = isHeld || step.order.kind === 'make';
      const unblocked = isAnywhere ? able : able.filter((host) => blocker(host) === undefined);
      const isLate = unblocked.length === 0 && hardwareClass !== undefined && isOverdue(step, hardwareClass);
      if (unblocked.length === 0 && !isLate) return busyReason(able, blocker, params.maxDeferMs);
      const quiet = isLate ? able : unblocked;
      const compare = roomierFor(step);
      const roomy = quiet.filter((host) => fits(poolsOf(host, step), step, 'freeBytes'));
      const [first] = roomy;
      // Sorting all workers for each step would take most of a plan of a large fleet.
      if (first !== undefined)
        return order(
          step,
          roomy.reduce((a, b) => (compare(b, a) < 0 ? b : a), first),
        );
      for (const host of quiet.toSorted(compare)) {
        // What is there waits for its replacement, and frees its memory then.
        if (host.worker.isBeyondBudget === true) continue;
        const leaving = evictable(host, rank).filter(
          (entry) => isHeld || !isInUse(entry) || entry.claim?.givesWay === true,
        );
        const pools = poolsOf(host, step);
        const victims = victimsFor(pools, step, leaving);
        if (victims === undefined) continue;
        const what =
          step.variant === undefined ? `generate ${step.recipe} of ${step.architecture}` : `measure ${step.variant}`;
        for (const victim of victims) ledger.unload(victim, `least recently used, makes room to ${what}`);
        ledger.reserve(host, pools, step);
        return `waits for memory on ${host.worker.info.id}`;
      }
      const lack = lackText(
        quiet.map((host) => poolsOf(host, step)),
        step,
      );
      return `no worker can free ${lack}`;
    },
  };
}

/** Returns the memories that a step takes: that of the device too if it measures on one. */
const poolsOf = ({ groups, pools }: Host, { hardwareClass }: OpenStep): readonly MemoryPool[] =>
  (hardwareClass === undefined ? undefined : groups.get(hardwareClass)?.pools) ?? pools;

/** Returns whether `other` answers while the worker of `entry` measures. */
const canSubstitute = (other: Entry, entry: Entry): boolean =>
  other.version === entry.version &&
  other.host !== entry.host &&
  isReady(other) &&
  !other.leaving &&
  other.host.schedulable &&
  other.host.order !== 'measure';

function busyReason(
  able: readonly Host[],
  blocker: (host: Host) => Entry | undefined,
  maxDeferMs: Milliseconds,
): string {
  const reasons = able.flatMap((host) => {
    const entry = blocker(host);
    return entry === undefined ? [] : [`${host.worker.info.id} answers queries for ${entry.variant}`];
  });
  const [first, ...others] = reasons;
  const more = others.length === 0 ? '' : `, and ${others.length} more workers are in use likewise`;
  return `${first}, for which no other worker has a ready replica${more}; after ${maxDeferMs / 1000} s it measures next to them`;
}
