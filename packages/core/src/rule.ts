// Rules of operators and clients: which variants may answer, and which are kept warm.

interface RuleBase {
  readonly id: string;
  readonly tenant: string;
  readonly reason: string;
  /** Person who set the rule. `client` if it was set through a router. */
  readonly by: string;
  readonly madeWallMs: number;
  /** End of the rule, in milliseconds since the Unix epoch. Undefined if it lasts until it is removed. */
  readonly endsWallMs: number | undefined;
}

/** `pin` lets only the target answer for the tasks of the rule; `deny` excludes the target from them. */
export interface SelectionRule extends RuleBase {
  readonly kind: 'pin' | 'deny';
  /** Task that the rule applies to. Undefined means every task of the tenant. */
  readonly task: string | undefined;
  /** A variant, or an architecture with all its variants. */
  readonly target: string;
}

/**
 * `warm` keeps a variant of the target ready; `cold` keeps none without demand. A tenant has at most one for each
 * target.
 */
export interface WarmthRule extends RuleBase {
  readonly kind: 'warm' | 'cold';
  /** Task of the target; the target itself if it is a task. */
  readonly task: string;
  /** A task, an architecture or a variant. */
  readonly target: string;
}

export type Rule = SelectionRule | WarmthRule;

export const isWarmthRule = (rule: Rule): rule is WarmthRule => rule.kind === 'warm' || rule.kind === 'cold';

/** The fields of a rule in force that decisions use. */
export type RuleInForce = Pick<Rule, 'kind' | 'task' | 'target' | 'reason'>;

/** A change of a rule, for the history. */
export interface RuleEvent {
  /** `replaced` means by another warmth rule for the same target. */
  readonly kind: 'made' | 'lifted' | 'replaced' | 'ended';
  readonly atWallMs: number;
  readonly by: string;
  readonly rule: Rule;
}
