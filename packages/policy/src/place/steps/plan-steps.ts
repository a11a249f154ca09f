// Orders to generate files and to measure variants: one per worker at a time.

import { formatVariant } from '@pareto/core';
import type { PlanningContext } from '../context/context.js';
import type { Host } from '../ledger/entry.js';
import type { Ledger } from '../ledger/ledger.js';
import { slotsOf } from '../pack/replicas.js';
import type { OpenStep } from './list-open-steps.js';
import { createStepScheduler } from './step-scheduler.js';

/**
 * Orders the steps that can start now, and defers the others with the reason. They may evict what only needs less
 * important than `rank` keep.
 */
export function planSteps(ledger: Ledger, context: PlanningContext, steps: readonly OpenStep[], rank: number): void {
  const scheduler = createStepScheduler(ledger, context, rank);
  const ordered = ledger.hosts.filter(
    ({ worker: { presence, making, measuring } }) => presence !== 'gone' && (making ?? measuring) !== undefined,
  );
  for (const step of steps) {
    if (isInProgress(ordered, step)) continue;
    const reason = scheduler.schedule(step);
    if (reason === undefined) continue;
    const { architecture, version, recipe, hardwareClass } = step;
    ledger.defer({ architecture, version, recipe, hardwareClass, reason });
  }
}

/**
 * Returns whether a worker already has the order of the step. For an order of another leader, a worker reports only the
 * variant's name, so names are compared: a variant without a file is being generated, not measured.
 */
const isInProgress = (
  hosts: readonly Host[],
  { architecture, version, recipe, variant, hardwareClass }: OpenStep,
): boolean =>
  hosts.some((host) => {
    const { making, measuring } = host.worker;
    if (hardwareClass === undefined) {
      if (making === undefined) return measuring === formatVariant(architecture, recipe, 'cpu');
      return making.architecture === architecture && making.version === version && making.recipe === recipe;
    }
    return making === undefined && measuring === variant && slotsOf(host, hardwareClass) > 0;
  });
