// Describes plans, their actions and unmet needs to operators.

import { planGap, type Milliseconds, type PlanAction, type PlanQuality, type UnmetNeed } from '@pareto/core';
import type { Complete, wire } from '@pareto/protocol';
import type { FreezeRecord, PlanRecord } from '../storage/records.js';

export function describeAction(action: PlanAction, ageMs: number): Complete<wire.PlanActionInput> {
  const { kind, reason } = action;
  const common = { kind, reason, ageMs };
  if (action.kind === 'make')
    return { ...common, variant: `${action.architecture}:${action.recipe}`, worker: action.worker };
  const { variant, worker } = action.kind === 'measure' ? action : action.assignment;
  return { ...common, variant, worker };
}

export const describeUnmet = (
  { variant, source = '', cause, reason }: UnmetNeed,
  ageMs: number,
): Complete<wire.UnmetNeedInput> => ({ variant, source, cause, reason, ageMs });

/** Describes the quality of the plan in force. Null if there is none. */
export const describeQuality = (quality: PlanQuality | undefined, now: Milliseconds): wire.PlanQualityInput | null =>
  quality === undefined ? null : qualityToWire({ ...quality, ageMs: now - quality.at });

function qualityToWire({ source, planId, cost, ageMs }: PlanRecord['quality']): wire.PlanQualityInput {
  const gap = planGap(cost);
  return {
    ...{ source, planId, ageMs },
    ...(gap !== undefined && { gap }),
    ...(cost !== undefined && { usdPerHour: cost.usdPerHour }),
  };
}

/** Describes a plan without its details. */
export const summarizePlan = (
  revision: number,
  { quality, classes, counts }: PlanRecord,
  ageMs: number,
): wire.RecordedPlanInput => ({
  ...{ revision, ageMs, quality: qualityToWire(quality) },
  ...{ loads: counts.loads, unloads: counts.unloads, replicaCount: counts.replicas },
  ...{ slots: classes.reduce((sum, { slots }) => sum + slots, 0), itemsPerSecond: counts.itemsPerSecond },
});

/** Describes a plan with its details, which are only those of a variant if one is given. */
export function describePlan(
  revision: number,
  plan: PlanRecord,
  ageMs: number,
  variant: string,
): wire.RecordedPlanInput {
  const isAsked = (one: { readonly variant?: string | undefined }): boolean =>
    variant === '' || one.variant === variant;
  return {
    ...summarizePlan(revision, plan, ageMs),
    replicas: plan.replicas.filter(isAsked).map((row) => ({ ...row })),
    demands: plan.demands.filter(isAsked).map((row) => ({ ...row })),
    classes: plan.classes.map((row) => ({ ...row })),
    actions: plan.actions.map((action) => describeAction(action, 0)).filter(isAsked),
    unmetNeeds: plan.unmet.filter(isAsked).map((need) => describeUnmet(need, 0)),
    omitted: plan.omitted,
  };
}

export const freezeToWire = (
  { revision = 0, atWallMs, by, reason, replicas }: FreezeRecord,
  wallMs: number,
): Complete<wire.PlanFreezeInput> => ({
  ...{ revision, ageMs: Math.max(0, wallMs - atWallMs), reason, actor: by },
  replicas: replicas.map((row) => ({ ...row })),
});
