// Rules that are in force: which are about what, and what they keep from answering.

import type { RuleInForce, TargetEntry, Variant, VariantId } from '@pareto/core';

/** What a rule may be about. */
export interface RuleSubject {
  readonly variant: VariantId;
  readonly architecture: string;
  readonly task: string;
}

/** The rule names the variant, or its architecture. */
export const ruleCovers = (
  { variant, architecture }: Pick<RuleSubject, 'variant' | 'architecture'>,
  { target }: Pick<RuleInForce, 'target'>,
): boolean => target === variant || target === architecture;

/** The first rule that keeps the variant from answering anything; undefined: none does. */
export const denialOf = (subject: RuleSubject, rules: readonly RuleInForce[]): RuleInForce | undefined =>
  rules.find(
    (rule) =>
      rule.kind === 'deny' && ruleCovers(subject, rule) && (rule.task === undefined || rule.task === subject.task),
  );

/** Some rule keeps the variant from answering anything. */
export const isDenied = (
  { id: variant, architecture, task }: Pick<Variant, 'id' | 'architecture' | 'task'>,
  rules: readonly RuleInForce[],
): boolean => rules.length > 0 && denialOf({ variant, architecture, task }, rules) !== undefined;

/** It is a wish: it leaves nothing out. */
const isWarmthKind = ({ kind }: Pick<RuleInForce, 'kind'>): boolean => kind === 'warm' || kind === 'cold';

/**
 * The wish that counts for a name among those of a tenant: for the variant, else for its architecture, else for its task. Undefined:
 * there is none.
 */
export function warmthRuleFor(
  { variant, architecture, task }: Partial<RuleSubject> & Pick<RuleSubject, 'task'>,
  rules: readonly RuleInForce[],
): RuleInForce | undefined {
  const warmthRules = rules.filter((rule) => isWarmthKind(rule) && rule.task === task);
  const naming = (name: string | undefined): RuleInForce | undefined =>
    warmthRules.find(({ target }) => target === name);
  return naming(variant) ?? naming(architecture) ?? naming(task);
}

/**
 * The pins of a task; where there are any, only what one of them names answers for the task. One that is not about a task of its own
 * is about those tasks that have what it names among `members`.
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

/** The rules that decide what a target leaves out of `members`, and the wishes about it, or about one of them. */
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
