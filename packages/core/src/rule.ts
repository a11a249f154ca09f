// Safety valves: what an operator has said may answer, or may not.

/** `pin`: of the targets that it is about nothing else answers; `deny`: it answers nothing. */
export interface SelectionRule {
  readonly id: string;
  readonly kind: 'pin' | 'deny';
  readonly tenant: string;
  /** Undefined: of every task of the tenant. */
  readonly task: string | undefined;
  /** A variant, or an architecture with all its variants. */
  readonly target: string;
  readonly reason: string;
  /** Who said so. */
  readonly by: string;
  readonly madeWallMs: number;
  /** Undefined: until it is lifted. */
  readonly endsWallMs: number | undefined;
}

/** What deciding needs of a rule that is in force. */
export type RuleInForce = Pick<SelectionRule, 'kind' | 'task' | 'target' | 'reason'>;

/** What happened to a rule. */
export interface RuleEvent {
  readonly kind: 'made' | 'lifted' | 'ended';
  readonly atWallMs: number;
  readonly by: string;
  readonly rule: SelectionRule;
}
