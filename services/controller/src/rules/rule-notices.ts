// Notices for operators about tasks whose variants are all excluded by rules, and about warm rules that are not met.
// Pure.

import type { Plan } from '@pareto/core';
import { isDenied, ruleCovers, type PlacementVariant } from '@pareto/policy';
import { servedVariants, type ClusterView } from '../cluster/observe.js';
import type { RegistryView } from '../registry/registry-view.js';

/** Returns a notice for each task whose variants are all excluded by rules. */
export function ruleNotices(view: ClusterView): readonly string[] {
  const { rules, tasks } = view.registry;
  if (rules.length === 0) return [];
  const variants = servedVariants(view);
  const blocked = [...tasks.keys()].filter((task) => isBlocked({ variants, rules }, task));
  return blocked.map((task) => `rules exclude all variants of task ${task}: see 'pareto rules'`);
}

/** Limit of the notices, because many rules may be unmet for one reason. */
const maxWarmthNotices = 5;

/** The target of a warm rule, and why the last plan had to leave it cold. */
export interface UnmetWarmRule {
  readonly target: string;
  readonly reason: string;
}

/** Returns the warm rules in force that the last plan could not meet. */
export const unmetWarmRules = (
  { warmthRules }: Pick<RegistryView, 'warmthRules'>,
  unmet: Plan['unmet'],
): readonly UnmetWarmRule[] =>
  warmthRules.flatMap(({ kind, target }) => {
    const found = kind === 'warm' ? unmet.find(({ warmTarget }) => warmTarget === target) : undefined;
    return found === undefined ? [] : [{ target, reason: found.reason }];
  });

/** Returns the reasons of the unmet warm rules: five at most, then the number of the others. */
export function warmthNotices(unmet: readonly UnmetWarmRule[]): readonly string[] {
  const failing = unmet.map(({ reason }) => reason);
  if (failing.length <= maxWarmthNotices) return failing;
  return [...failing.slice(0, maxWarmthNotices), `${failing.length - maxWarmthNotices} more warm rules are not met`];
}

interface Served {
  readonly variants: readonly PlacementVariant[];
  readonly rules: RegistryView['rules'];
}

/** Returns whether a task has variants that could answer, and rules exclude all of them. */
function isBlocked({ variants, rules }: Served, task: string): boolean {
  const able = variants.filter(({ variant }) => variant.task === task && variant.quarantineReason === undefined);
  const pins = rules.filter((rule) => rule.kind === 'pin' && rule.task === task);
  return (
    able.length > 0 &&
    able.every(({ variant }) => {
      const isPinned = pins.length === 0 || pins.some((pin) => ruleCovers({ ...variant, variant: variant.id }, pin));
      return !isPinned || isDenied(variant, rules);
    })
  );
}
