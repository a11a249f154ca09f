// Builders of rules for tests. Each has defaults for the fields that a test does not pass.

import type { SelectionRule, WarmthRule } from '@pareto/core';

const always = {
  tenant: 'default',
  reason: 'set by the operator',
  by: 'operator',
  madeWallMs: 0,
  endsWallMs: undefined,
};

/** Builds a selection rule for every task of the tenant. */
export const buildSelectionRule = (
  kind: SelectionRule['kind'],
  target: string,
  fields: Partial<SelectionRule> = {},
): SelectionRule => ({ id: `${kind} ${target}`, kind, target, task: undefined, ...always, ...fields });

/** Builds a warmth rule for a target of the task `digits`. */
export const buildWarmthRule = (
  kind: WarmthRule['kind'],
  target: string,
  fields: Partial<WarmthRule> = {},
): WarmthRule => ({ id: `${kind} ${target}`, kind, target, task: 'digits', ...always, ...fields });
