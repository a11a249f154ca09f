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
  const isInProgress = progressOf(ledger.hosts);
  for (const step of steps) {
    if (isInProgress(step) || (step.isAlone && ledger.hosts.some(({ order }) => order !== undefined))) continue;
    const reason = scheduler.schedule(step);
    if (reason === undefined) continue;
    const { architecture, version, recipe, hardwareClass } = step;
    ledger.defer({ architecture, version, recipe, hardwareClass, reason });
  }
}

/**
 * Creates a function that returns whether a worker already has the order of a step. For an order of another leader, a
 * worker reports only the variant's name, so names are compared: a variant without a file is being generated, not
 * measured.
 */
function progressOf(hosts: readonly Host[]): (step: OpenStep) => boolean {
  const made = new Set<string>();
  /** Workers without an order to generate a file, by the variant that they report. */
  const measuring = new Map<string, Host[]>();
  for (const host of hosts) {
    const { worker } = host;
    if (worker.presence === 'gone') continue;
    if (worker.making !== undefined) made.add(makeKey(worker.making));
    else if (worker.measuring !== undefined) {
      const others = measuring.get(worker.measuring);
      if (others === undefined) measuring.set(worker.measuring, [host]);
      else others.push(host);
    }
  }
  return (step) => {
    const { architecture, recipe, variant = '', hardwareClass } = step;
    if (hardwareClass === undefined)
      return made.has(makeKey(step)) || measuring.has(formatVariant(architecture, recipe, 'cpu'));
    return measuring.get(variant)?.some((host) => slotsOf(host, hardwareClass) > 0) === true;
  };
}

const makeKey = ({ architecture, version, recipe }: Pick<OpenStep, 'architecture' | 'version' | 'recipe'>): string =>
  `${architecture}/${version}/${recipe}`;
