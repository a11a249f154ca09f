// Previews of plans, for changes that an operator asks about.

import { milliseconds, ParetoError } from '@pareto/core';
import {
  createPreview,
  type Preview,
  type PreviewChanges,
  type SettledPlan,
  type TurnCore,
  type TurnParams,
  type Observed,
} from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import { planRecord } from '../history/plan-record.js';
import type { RunExclusive } from '../leadership/write-queue.js';
import { nextIteration } from '../loops/next-iteration.js';
import type { PlanRecord } from '../storage/records.js';

/** Input of the last turn. */
export interface PlannedTurn {
  readonly observed: Observed;
  readonly state: TurnCore['state'];
}

export interface PreviewContext {
  readonly turn: TurnParams;
  readonly solver: Solver | undefined;
  readonly lastTurn: () => PlannedTurn | undefined;
  /** Runs one preview at a time. */
  readonly runPreview: RunExclusive;
}

export interface PreviewedPlan extends Pick<SettledPlan, 'isSettled' | 'loadMs'> {
  readonly plan: PlanRecord;
}

/** Limits of the solver for a preview, for which the program of a turn may have to wait. */
const limits = { cpuMs: milliseconds(5_000), wallMs: milliseconds(10_000) };

/**
 * Returns what plans lead to after the changes. Throws as `createPreview` does, and `unavailable` before the first turn of a term.
 * Lets the event loop handle messages between its steps.
 */
export function previewPlan(
  context: PreviewContext,
  changes: PreviewChanges,
  signal: AbortSignal,
): Promise<PreviewedPlan> {
  return context.runPreview('the preview', async () => {
    signal.throwIfAborted();
    const last = context.lastTurn();
    if (last === undefined)
      throw new ParetoError('unavailable', 'this controller has not planned yet; retry in a few seconds');
    const preview = createPreview(last.observed, last.state, context.turn, changes);
    await nextIteration();
    const turns = preview.settle(await solve(context, preview, signal));
    let turn = turns.next();
    while (turn.done !== true) {
      signal.throwIfAborted();
      await nextIteration();
      turn = turns.next();
    }
    const { snapshot } = preview;
    const { plan, actions, quality, congestion, isSettled, loadMs } = turn.value;
    const recorded = { planId: snapshot.planId, atWallMs: 0, observed: snapshot, demand: snapshot.demand };
    return { plan: planRecord({ ...recorded, plan, actions, quality, congestion }), isSettled, loadMs };
  });
}

/** Returns the outcome of the program. Undefined if there is none, or if solving it fails: the plans are greedy then. */
const solve = ({ solver }: PreviewContext, { program: stated }: Preview, signal: AbortSignal) =>
  stated &&
  solver?.solve(stated.program, { ...stated.limits, ...limits, start: stated.start, signal }).catch(() => undefined);
