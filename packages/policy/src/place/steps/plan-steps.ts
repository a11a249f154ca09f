// Which files are made and which variants are measured where: one order per worker at a time.

import { formatVariant } from '@pareto/core';
import type { Ledger } from '../ledger/ledger.js';
import type { OpenStep } from './list-open-steps.js';
import type { PlanningContext } from '../needs/needs.js';
import { slotsOf } from '../needs/satisfy.js';
import { createStepScheduler } from './step-scheduler.js';

/** Orders what can be taken on now; of the rest it is said what it waits for. */
export function planSteps(ledger: Ledger, context: PlanningContext, steps: readonly OpenStep[]): void {
  const scheduler = createStepScheduler(ledger, context);
  for (const step of steps) {
    if (isInProgress(ledger, step)) continue;
    const reason = scheduler.schedule(step);
    if (reason === undefined) continue;
    const { architecture, version, recipe, hardwareClass } = step;
    ledger.defer({ architecture, version, recipe, hardwareClass, reason });
  }
}

/**
 * A worker has that order already, or is at what another leader ordered: of that it tells no more than the name. A file that is not
 * made yet can't be what it measures.
 */
const isInProgress = (
  { workers }: Ledger,
  { architecture, version, recipe, variant, hardwareClass }: OpenStep,
): boolean =>
  workers.some((host) => {
    const { making, measuring, presence } = host.worker;
    if (presence === 'gone') return false;
    if (hardwareClass === undefined) {
      if (making === undefined) return measuring === formatVariant(architecture, recipe, 'cpu');
      return making.architecture === architecture && making.version === version && making.recipe === recipe;
    }
    return making === undefined && measuring === variant && slotsOf(host, hardwareClass) > 0;
  });
