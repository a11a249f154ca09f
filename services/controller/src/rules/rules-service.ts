// Rules of operators, and warmth rules of operators and clients: setting, removing and listing them.

import { isWarmthRule, ParetoError, type Rule, type RuleEvent, type WarmthRule } from '@pareto/core';
import type { Complete, wire } from '@pareto/protocol';
import { notFound } from '../registry/not-found.js';
import type { ClusterView } from '../cluster/observe.js';
import type { RegisterContext } from '../registry/register-context.js';
import { ruleKey, tenant } from '../storage/records.js';
import { endingOf, isOver, ruleChanges } from '../registry/rule-changes.js';
import { ruleFrom } from './rule-request.js';
import type { WarmthRequest } from './warmth-queue.js';

export interface RulesContext extends Pick<RegisterContext, 'leader' | 'mirror' | 'runExclusive'> {
  readonly clusterView: () => ClusterView;
}

/**
 * Maximum numbers of rules. The limit of pins and denials is lower, because routers compare each with every candidate
 * of a new table, but a warmth rule only with those of its task.
 */
const limits = { rules: 1_000, warmthRules: 10_000 } as const;

/**
 * Sets a rule. A warmth rule replaces the one for the same target. Throws as `ruleFrom` does, and `resource-exhausted`
 * if there are too many.
 */
export function setRule(context: RulesContext, request: wire.SetRuleRequest): Promise<Rule> {
  return context.runExclusive('the rules', async () => {
    const view = context.clusterView();
    const rule = ruleFrom(view, request);
    return (await writeRule(context, view, rule)) ? rule : undefined;
  });
}

/**
 * Sets the warmth rule of a client. Writes nothing if the same rule is in force and never expires. Throws as `setRule`
 * does.
 */
export async function setWarmth(
  context: RulesContext,
  { tenant: requestTenant, target, warm }: WarmthRequest,
): Promise<void> {
  if (requestTenant !== tenant) throw notFound('tenant', requestTenant);
  const kind = warm ? 'warm' : 'cold';
  await context.runExclusive('the rules', async () => {
    const view = context.clusterView();
    const request = { kind, task: '', target, reason: 'requested by a client', actor: 'client', durationMs: 0 };
    const rule = ruleFrom(view, request);
    const known = view.registry.warmthRules.find((one) => one.target === target && one.tenant === tenant);
    if (known?.kind === kind && known.endsWallMs === undefined) return true;
    return (await writeRule(context, view, rule)) ? true : undefined;
  });
}

/** Writes a rule and its events. Returns false after a conflicting write. */
function writeRule({ leader, mirror }: RulesContext, { wallMs }: ClusterView, rule: Rule): Promise<boolean> {
  const { records } = mirror;
  const known = [...records.rules.values()];
  const replaced = isWarmthRule(rule) ? known.filter(({ value }) => isSameTarget(value, rule)) : [];
  checkLimit(known.filter(({ value }) => isWarmthRule(value) === isWarmthRule(rule)).length - replaced.length, rule);
  const by = { atWallMs: wallMs, by: rule.by };
  const events: readonly RuleEvent[] = [
    ...replaced.map(({ value: old }): RuleEvent => {
      return isOver(old, wallMs) ? endingOf(old, 'time', wallMs) : { kind: 'replaced', ...by, rule: old };
    }),
    { kind: 'made', ...by, rule },
  ];
  const unchanged = replaced.map(({ key, modRevision }) => ({ kind: 'revision', key, modRevision }) as const);
  return leader.write([{ kind: 'absent', key: ruleKey(rule.id) }, ...unchanged], ruleChanges(records, events));
}

const isSameTarget = (rule: Rule, warmthRule: WarmthRule): boolean =>
  isWarmthRule(rule) && rule.target === warmthRule.target && rule.tenant === warmthRule.tenant;

function checkLimit(others: number, rule: Rule): void {
  const [limit, what] = isWarmthRule(rule) ? [limits.warmthRules, 'warmth rules'] : [limits.rules, 'rules'];
  if (others < limit) return;
  throw new ParetoError('resource-exhausted', `there are ${limit} ${what}: remove rules that are not needed any more`);
}

/** Removes a rule. Throws `not-found`. */
export function liftRule(
  { leader, mirror, runExclusive, clusterView }: RulesContext,
  { id, actor }: wire.LiftRuleRequest,
): Promise<Rule> {
  return runExclusive(`rule ${id}`, async () => {
    const { wallMs } = clusterView();
    const known = mirror.records.rules.get(ruleKey(id));
    if (known === undefined || isOver(known.value, wallMs)) throw notFound('rule', id);
    const { key, value: rule, modRevision } = known;
    const event: RuleEvent = { kind: 'lifted', atWallMs: wallMs, by: actor, rule };
    const changes = ruleChanges(mirror.records, [event]);
    return (await leader.write([{ kind: 'revision', key, modRevision }], changes)) ? rule : undefined;
  });
}

/** Returns the rules in force, oldest first, and the events about rules, newest first. */
export function listRules({ registry, records, wallMs }: ClusterView): wire.ListRulesResponseInput {
  const events = [...records.ruleEvents.values()].sort((a, b) => (a.key < b.key ? 1 : -1));
  const inForce = [...registry.rules, ...registry.warmthRules].sort((a, b) => a.madeWallMs - b.madeWallMs);
  return {
    rules: inForce.map((rule) => ruleToWire(rule, wallMs)),
    events: events.map(({ value: { kind, atWallMs, by, rule } }) => ({
      kind,
      ageMs: Math.max(0, wallMs - atWallMs),
      actor: by,
      rule: ruleToWire(rule, wallMs),
    })),
  };
}

/** Returns a rule for the wire, with durations instead of times, because other hosts have other clocks. */
export const ruleToWire = (rule: Rule, wallMs: number): Complete<wire.RuleInput> => ({
  id: rule.id,
  kind: rule.kind,
  tenant: rule.tenant,
  task: rule.task ?? '',
  target: rule.target,
  reason: rule.reason,
  actor: rule.by,
  ageMs: Math.max(0, wallMs - rule.madeWallMs),
  remainingMs: rule.endsWallMs === undefined ? 0 : Math.max(0, rule.endsWallMs - wallMs),
});
