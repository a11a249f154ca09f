// The rest between two turns of the control loop.

import { milliseconds, type Milliseconds, type PlanAction, type UnmetNeed, type VariantId } from '@pareto/core';
import type { PlacementReplica, PlacementWorker } from '../snapshot/snapshot.js';
import { stayingWorkers } from './context/context.js';

export interface RestParams {
  /** Minimum rest. Triggers during the rest share one turn. */
  readonly minMs: Milliseconds;
  /** Rest as a multiple of the time that the last turn was busy, so that turns take a bounded part of a core. */
  readonly perBusyMs: number;
}

export const defaultRestParams: RestParams = { minMs: 50 as Milliseconds, perBusyMs: 9 };

/** Variants that queries are held for, and what there is and what was planned for them. */
export interface HeldPlan {
  readonly held: readonly VariantId[];
  readonly replicas: readonly Pick<PlacementReplica, 'assignment' | 'state'>[];
  readonly workers: readonly Pick<PlacementWorker, 'info' | 'presence' | 'draining'>[];
  readonly actions: readonly PlanAction[];
  readonly unmet: readonly Pick<UnmetNeed, 'variant' | 'cause'>[];
}

/**
 * Returns the rest after a turn that was busy for `busyMs`. It is minimal while queries are held for a variant of which no replica is
 * loaded, loading or planned: they wait for a plan. Not for one that waits for the residency of others, which ends at a known time.
 */
export function planRest(busyMs: number, plan: HeldPlan, { minMs, perBusyMs }: RestParams): Milliseconds {
  const waiting = new Set(plan.held);
  const staying = stayingWorkers(plan.workers);
  for (const { assignment, state } of plan.replicas)
    if (state !== 'failed' && state !== 'draining' && staying.has(assignment.worker))
      waiting.delete(assignment.variant);
  for (const action of plan.actions) if (action.kind === 'load') waiting.delete(action.assignment.variant);
  for (const { variant, cause } of plan.unmet) if (cause === 'residency') waiting.delete(variant);
  return waiting.size > 0 ? minMs : milliseconds(Math.max(minMs, perBusyMs * busyMs));
}
