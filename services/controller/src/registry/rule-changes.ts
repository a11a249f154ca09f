// Writes of rules and their events, and which rules are in force. Pure.

import { architectureNameOf, isWarmthRule, type Rule, type RuleEvent } from '@pareto/core';
import type { Operation } from '@pareto/state';
import type { RecordView } from '../storage/record-tables.js';
import { putRecord, ruleEventKey, ruleKey } from '../storage/records.js';

/**
 * Maximum number of events that are kept, for display. Events about warmth rules have their own limit, so that clients
 * do not evict the events about rules of operators.
 */
const maxEvents = 1_000;

/** Returns the changes of the rules with their events, and the deletions of the oldest events. */
export function ruleChanges({ ruleEvents }: RecordView, events: readonly RuleEvent[]): readonly Operation[] {
  const oldest = [true, false].flatMap((ofWarmthRules) => {
    const existing = [...ruleEvents.values()].filter(({ value }) => isWarmthRule(value.rule) === ofWarmthRules);
    const excess =
      existing.length + events.filter(({ rule }) => isWarmthRule(rule) === ofWarmthRules).length - maxEvents;
    return excess <= 0
      ? []
      : existing
          .map(({ key }) => key)
          .sort()
          .slice(0, excess);
  });
  return [
    ...events.flatMap((event): readonly Operation[] => {
      const key = ruleKey(event.rule.id);
      const change: Operation = event.kind === 'made' ? putRecord(key, event.rule) : { kind: 'delete', key };
      return [change, putRecord(ruleEventKey(event), event)];
    }),
    ...oldest.map((key): Operation => ({ kind: 'delete', key })),
  ];
}

export const isOver = ({ endsWallMs }: Rule, wallMs: number): boolean =>
  endsWallMs !== undefined && endsWallMs <= wallMs;

/** Returns the rules that have not expired. */
export const rulesInForce = ({ rules }: RecordView, wallMs: number): readonly Rule[] =>
  Array.from(rules.values(), ({ value }) => value).filter((rule) => !isOver(rule, wallMs));

/** Returns the rules that name a task or an architecture, or one of its variants. */
export const rulesNaming = ({ rules }: RecordView, name: string): readonly Rule[] =>
  Array.from(rules.values(), ({ value }) => value).filter(
    ({ task, target }) => task === name || architectureNameOf(target) === name,
  );

export const endingOf = (rule: Rule, by: string, atWallMs: number): RuleEvent => ({
  kind: 'ended',
  atWallMs,
  by,
  rule,
});
