// Rules in force: which ones apply to a variant or a target, and what they exclude.

import type { RuleInForce, TargetEntry, Variant, VariantId } from '@pareto/core';

/** A variant that rules may apply to. */
export interface RuleSubject {
  readonly variant: VariantId;
  readonly architecture: string;
  readonly task: string;
}

/** Returns whether the rule's target is the variant or its architecture. */
export const ruleCovers = (
  { variant, architecture }: Pick<RuleSubject, 'variant' | 'architecture'>,
  { target }: Pick<RuleInForce, 'target'>,
): boolean => target === variant || target === architecture;

/** Returns the first rule that denies the variant, or undefined if none does. */
export const denialOf = (subject: RuleSubject, rules: readonly RuleInForce[]): RuleInForce | undefined =>
  rules.find(
    (rule) =>
      rule.kind === 'deny' && ruleCovers(subject, rule) && (rule.task === undefined || rule.task === subject.task),
  );

/** Returns whether a rule denies the variant. */
export const isDenied = (
  { id: variant, architecture, task }: Pick<Variant, 'id' | 'architecture' | 'task'>,
  rules: readonly RuleInForce[],
): boolean => rules.length > 0 && denialOf({ variant, architecture, task }, rules) !== undefined;

/** Returns whether the rule is a warmth rule, which excludes no variant. */
const isWarmthKind = ({ kind }: Pick<RuleInForce, 'kind'>): boolean => kind === 'warm' || kind === 'cold';

/**
 * Returns the pins of a task. If there are any, only their targets answer for it. A pin without a task applies to the
 * tasks that have its target among their `members`.
 */
export const pinsOf = (
  task: string,
  members: readonly Pick<RuleSubject, 'variant' | 'architecture'>[],
  rules: readonly RuleInForce[],
): readonly RuleInForce[] =>
  rules.filter(
    (rule) =>
      rule.kind === 'pin' &&
      (rule.task === task || (rule.task === undefined && members.some((member) => ruleCovers(member, rule)))),
  );

/** Returns the rules that exclude `members` from a target, and the warmth rules for the target or one of them. */
export function applicableRules(
  kind: TargetEntry['kind'],
  task: string,
  members: readonly Pick<RuleSubject, 'variant' | 'architecture'>[],
  rules: readonly RuleInForce[],
): readonly RuleInForce[] {
  if (rules.length === 0) return rules;
  const denies = rules.filter((rule) => members.some((member) => denialOf({ ...member, task }, [rule]) !== undefined));
  const pins = kind === 'task' ? pinsOf(task, members, rules) : [];
  const isApplicable = (rule: RuleInForce): boolean =>
    rule.task === task && (rule.target === task || members.some((member) => ruleCovers(member, rule)));
  return [...denies, ...pins, ...rules.filter((rule) => isWarmthKind(rule) && isApplicable(rule))];
}

/** Lists the pins and denials with their reasons. Warmth rules exclude no variant, so they are left out. */
export const rulesText = (rules: readonly RuleInForce[]): string =>
  rules
    .flatMap(({ kind, target, reason }) =>
      kind === 'pin' || kind === 'deny' ? [`${target} is ${kind === 'pin' ? 'pinned' : 'denied'}: ${reason}`] : [],
    )
    .join('; ');
