// Which rules are about what.

import type { RuleInForce, VariantId } from '@pareto/core';

/** What a rule may be about. */
export interface Ruled {
  readonly variant: VariantId;
  readonly architecture: string;
  readonly task: string;
}

/** The rule names the variant, or its architecture. */
export const isNamedBy = ({ variant, architecture }: Omit<Ruled, 'task'>, { target }: RuleInForce): boolean =>
  target === variant || target === architecture;

/** The first rule that keeps the variant from answering anything; undefined: none does. */
export const denialOf = (ruled: Ruled, rules: readonly RuleInForce[]): RuleInForce | undefined =>
  rules.find(
    (rule) => rule.kind === 'deny' && isNamedBy(ruled, rule) && (rule.task === undefined || rule.task === ruled.task),
  );
