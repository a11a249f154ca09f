// What operators and clients have said of names: what may answer (safety valves), and what is to be warm.

interface RuleBase {
  readonly id: string;
  readonly tenant: string;
  readonly reason: string;
  /** Who said so; `client` for whoever asked a router. */
  readonly by: string;
  readonly madeWallMs: number;
  /** Undefined: until it is lifted. */
  readonly endsWallMs: number | undefined;
}

/** `pin`: of the targets that it is about nothing else answers; `deny`: it answers nothing. */
export interface SelectionRule extends RuleBase {
  readonly kind: 'pin' | 'deny';
  /** Undefined: of every task of the tenant. */
  readonly task: string | undefined;
  /** A variant, or an architecture with all its variants. */
  readonly target: string;
}

/** `warm`: something of it is kept ready; `cold`: nothing of it is kept without demand. Of a target a tenant has one at most. */
export interface WarmthRule extends RuleBase {
  readonly kind: 'warm' | 'cold';
  /** The target's own; the target itself where that is a task. */
  readonly task: string;
  /** A task, an architecture or a variant. */
  readonly target: string;
}

export type Rule = SelectionRule | WarmthRule;

export const isWarmthRule = (rule: Rule): rule is WarmthRule => rule.kind === 'warm' || rule.kind === 'cold';

/** What deciding needs of a rule that is in force. */
export type RuleInForce = Pick<Rule, 'kind' | 'task' | 'target' | 'reason'>;

/** What happened to a rule. */
export interface RuleEvent {
  /** `replaced`: by another wish for the same target. */
  readonly kind: 'made' | 'lifted' | 'replaced' | 'ended';
  readonly atWallMs: number;
  readonly by: string;
  readonly rule: Rule;
}
