// What the store is told when something happens to rules, and which rules have come to their end. Pure.

import { architectureNameOf, isWarmthRule, type Rule, type RuleEvent } from '@pareto/core';
import type { Operation } from '@pareto/state';
import type { RecordView } from '../storage/record-tables.js';
import { putRecord, ruleEventKey, ruleKey } from '../storage/records.js';

/** Of rules that are long gone, for people who look; as many of wishes, so that no client pushes out what operators did. */
const maxEvents = 1_000;

/** The rules as they are then, and the events beside them: the oldest make room. */
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

/** Not over yet. */
export const rulesInForce = ({ rules }: RecordView, wallMs: number): readonly Rule[] =>
  Array.from(rules.values(), ({ value }) => value).filter((rule) => !isOver(rule, wallMs));

/** Rules that name a task or an architecture. */
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
