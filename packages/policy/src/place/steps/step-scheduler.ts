// Schedules steps on workers without disturbing queries.

import type { Entry, Ledger, WorkerState } from '../ledger/ledger.js';
import type { OpenStep } from './list-open-steps.js';
import type { PlanningContext } from '../needs/needs.js';
import { evictable, isReady, slotsOf, victimsFor } from '../needs/satisfy.js';

export interface StepScheduler {
  /** Orders a step, or makes room for it. Returns why it waits, or undefined if it was ordered. */
  schedule(step: OpenStep): string | undefined;
}

/**
 * Creates a scheduler. A measurement is ordered from a worker whose ready replicas are all idle or have a ready
 * substitute on a worker that does not measure; if queries are held for the variant, from any worker. Files are
 * generated at a low priority on any worker, idle ones first. If memory is short, the least recently used replicas are
 * evicted first, and only idle ones unless queries are held.
 */
export function createStepScheduler(ledger: Ledger, { snapshot, params }: PlanningContext): StepScheduler {
  const isInUse = (entry: Entry): boolean =>
    isReady(entry) && !entry.leaving && snapshot.now - (entry.existing?.lastUsedAt ?? 0) < params.quietMs;
  const hasOther = (entry: Entry): boolean =>
    ledger.entriesOf(entry.variant).some((other) => canSubstitute(other, entry));
  const blockers = new Map<WorkerState, Entry | undefined>();
  function blocker(host: WorkerState): Entry | undefined {
    if (!blockers.has(host)) {
      const found = host.entries.find((entry) => isInUse(entry) && !hasOther(entry));
      blockers.set(host, found);
    }
    return blockers.get(host);
  }
  let idle = ledger.workers.filter((host) => host.schedulable && host.order === undefined);

  function order(step: OpenStep, host: WorkerState): undefined {
    ledger.order(step.order, host, step.memoryBytes);
    idle = idle.filter((other) => other !== host);
    blockers.clear();
  }
  function candidates(step: OpenStep): readonly WorkerState[] {
    const able = idle.filter((host) => step.hardwareClass === undefined || slotsOf(host, step.hardwareClass) > 0);
    const isBusy = (host: WorkerState): number => (step.order.kind === 'make' && host.entries.some(isInUse) ? 1 : 0);
    return able.toSorted((a, b) => isBusy(a) - isBusy(b) || b.freeBytes - a.freeBytes);
  }
  return {
    schedule(step) {
      const { memoryBytes, isHeld } = step;
      const able = candidates(step);
      if (able.length === 0) return 'every suitable worker is generating or measuring already';
      const isAnywhere = isHeld || step.order.kind === 'make';
      const quiet = isAnywhere ? able : able.filter((host) => blocker(host) === undefined);
      if (quiet.length === 0) return busyReason(able, blocker);
      const roomy = quiet.find((host) => host.freeBytes >= memoryBytes);
      if (roomy !== undefined) return order(step, roomy);
      for (const host of quiet) {
        const leaving = evictable(host).filter((entry) => isHeld || !isInUse(entry));
        const victims = victimsFor(host, memoryBytes, leaving);
        if (victims === undefined) continue;
        const what =
          step.variant === undefined ? `generate ${step.recipe} of ${step.architecture}` : `measure ${step.variant}`;
        for (const victim of victims) ledger.unload(victim, `least recently used, makes room to ${what}`);
        ledger.reserve(host, memoryBytes);
        return `waits for memory on ${host.worker.info.id}`;
      }
      return `no worker can free ${memoryBytes} bytes`;
    },
  };
}

/** Returns whether `other` answers while the worker of `entry` measures. */
const canSubstitute = (other: Entry, entry: Entry): boolean =>
  other.version === entry.version &&
  other.worker !== entry.worker &&
  isReady(other) &&
  !other.leaving &&
  other.worker.schedulable &&
  other.worker.order !== 'measure';

function busyReason(able: readonly WorkerState[], blocker: (host: WorkerState) => Entry | undefined): string {
  const reasons = able.flatMap((host) => {
    const entry = blocker(host);
    return entry === undefined ? [] : [`${host.worker.info.id} answers queries for ${entry.variant}`];
  });
  const [first, ...others] = reasons;
  return others.length === 0
    ? `${first}, for which no other worker has a ready replica`
    : `${first}, for which no other worker has a ready replica, and ${others.length} more workers are in use likewise`;
}
