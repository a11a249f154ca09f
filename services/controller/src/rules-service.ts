// Rules of operators: what is checked of them, and what is written.

import { architectureNamed, ParetoError, parseTarget, type RuleEvent, type SelectionRule } from '@pareto/core';
import { denialOf, type PlacementVariant } from '@pareto/policy';
import type { wire } from '@pareto/rpc';
import { notFound } from './describe.js';
import { servedVariants, type Scene } from './observe.js';
import type { RegisterContext } from './register.js';
import { ruleKey, tenant } from './records.js';
import { isOver, ruleChanges } from './rule-changes.js';

export interface RulesContext extends Pick<RegisterContext, 'leader' | 'mirror' | 'takeTurn'> {
  readonly scene: () => Scene;
}

/** Each router holds all of them against every candidate of a new table. */
const mostRules = 1_000;
const longestText = 500;

/** Throws when it is about nothing that is registered, and when a pin would leave its task without anything that answers. */
export function setRule(
  { leader, mirror, takeTurn, scene }: RulesContext,
  request: wire.SetRuleRequest,
): Promise<SelectionRule> {
  return takeTurn('the rules', async () => {
    const now = scene();
    if (now.records.rules.size >= mostRules) throw tooMany();
    const rule = ruleFrom(now, request);
    if (rule.kind === 'pin') refuseEmptyPin(now, rule);
    const event: RuleEvent = { kind: 'made', atWallMs: rule.madeWallMs, by: rule.by, rule };
    const isNew = { kind: 'absent', key: ruleKey(rule.id) } as const;
    return (await leader.write([isNew], ruleChanges(mirror.records, [event]))) ? rule : undefined;
  });
}

/** Throws `not-found`. */
export function liftRule(
  { leader, mirror, takeTurn, scene }: RulesContext,
  { id, by }: wire.LiftRuleRequest,
): Promise<SelectionRule> {
  return takeTurn(`rule ${id}`, async () => {
    const { wallMs } = scene();
    const known = mirror.records.rules.get(ruleKey(id));
    if (known === undefined || isOver(known.value, wallMs)) throw notFound('rule', id);
    const { key, value: rule, modRevision } = known;
    const event: RuleEvent = { kind: 'lifted', atWallMs: wallMs, by: checkText('by', by), rule };
    const changes = ruleChanges(mirror.records, [event]);
    return (await leader.write([{ kind: 'revision', key, modRevision }], changes)) ? rule : undefined;
  });
}

/** Rules in force by age, and what happened to rules, newest first. */
export function listRules({ registry, records, wallMs }: Scene): wire.ListRulesResponseInput {
  const events = [...records.ruleEvents.values()].sort((a, b) => (a.key < b.key ? 1 : -1));
  return {
    rules: registry.rules.toSorted((a, b) => a.madeWallMs - b.madeWallMs).map((rule) => ruleToWire(rule, wallMs)),
    events: events.map(({ value: { kind, atWallMs, by, rule } }) => ({
      kind,
      ageMs: Math.max(0, wallMs - atWallMs),
      by,
      rule: ruleToWire(rule, wallMs),
    })),
  };
}

/** Only durations: other hosts have other clocks. */
export const ruleToWire = (rule: SelectionRule, wallMs: number): wire.RuleInput => ({
  id: rule.id,
  kind: rule.kind,
  tenant: rule.tenant,
  task: rule.task ?? '',
  target: rule.target,
  reason: rule.reason,
  by: rule.by,
  ageMs: Math.max(0, wallMs - rule.madeWallMs),
  leftMs: rule.endsWallMs === undefined ? 0 : Math.max(0, rule.endsWallMs - wallMs),
});

function ruleFrom(scene: Scene, request: wire.SetRuleRequest): SelectionRule {
  const { wallMs } = scene;
  const kind = kindFrom(request.kind);
  const task = taskOf(scene, request.target);
  if (request.task !== '' && !scene.registry.tasks.has(request.task)) throw notFound('task', request.task);
  if (request.task !== '' && request.task !== task)
    throw refuse(
      `${request.target} is of task ${task}: it answers nothing of task ${request.task}, with a rule or without`,
    );
  const lastsMs = lastsFrom(request.lastsMs);
  return {
    id: newId(scene),
    kind,
    tenant,
    // Of other tasks a pin would let nothing answer.
    task: request.task === '' && kind === 'deny' ? undefined : task,
    target: request.target,
    reason: checkText('reason', request.reason),
    by: checkText('by', request.by),
    madeWallMs: wallMs,
    endsWallMs: lastsMs === 0 ? undefined : wallMs + lastsMs,
  };
}

function kindFrom(text: string): SelectionRule['kind'] {
  if (text === 'pin' || text === 'deny') return text;
  throw refuse(`kind ${JSON.stringify(text.slice(0, 40))} is not known: expected pin or deny`);
}

/** Of a registered architecture, or of a variant of any of its versions. */
function taskOf({ registry }: Scene, text: string): string {
  const target = parseTarget(text);
  const name = target.kind === 'name' ? target.name : target.architecture;
  if (target.kind === 'name' && registry.tasks.has(name))
    throw refuse(`${name} is a task: expected a variant or an architecture as the target`);
  const [version] = registry.architectures.get(name) ?? [];
  const isKnown =
    target.kind === 'name' || [...registry.versions.values()].some(({ variant }) => variant.id === target.variant);
  if (version === undefined || !isKnown) throw notFound(target.kind === 'name' ? 'architecture' : 'variant', text);
  return version.task;
}

function lastsFrom(lastsMs: number): number {
  if (lastsMs >= 0 && lastsMs <= Number.MAX_SAFE_INTEGER) return Math.ceil(lastsMs);
  throw refuse(`lasts_ms is ${lastsMs}: expected milliseconds, or 0 for a rule that stays until it is lifted`);
}

function checkText(field: string, text: string): string {
  if (text.length <= longestText) return text;
  throw refuse(`${field} has ${text.length} characters: expected at most ${longestText}`);
}

/** Short, for people: the time, or the next one that is free. */
function newId({ records, wallMs }: Scene): string {
  const taken = new Set([...records.ruleEvents.values()].map(({ value }) => value.rule.id));
  for (let at = Math.floor(wallMs); ; at += 1) {
    const id = `r${at.toString(36)}`;
    if (!taken.has(id) && !records.rules.has(ruleKey(id))) return id;
  }
}

function refuseEmptyPin(scene: Scene, rule: SelectionRule): void {
  const { rules } = scene.registry;
  const why = (known: PlacementVariant): string | undefined => {
    const { id, architecture, task, quarantineReason } = known.variant;
    if (quarantineReason !== undefined) return `${id} is quarantined: ${quarantineReason}`;
    const denial = denialOf({ variant: id, architecture, task }, rules);
    if (denial !== undefined)
      return `a rule denies ${denial.target}${denial.reason === '' ? '' : `: ${denial.reason}`}`;
    const [failed] = known.measurements.flatMap(({ result }) => (result.kind === 'failed' ? [result.reason] : []));
    const isMeasured = known.measurements.some(({ result }) => result.kind === 'measured');
    return failed === undefined || isMeasured ? undefined : `${id} could not be measured: ${failed}`;
  };
  const pinned = servedVariants(scene).filter(
    ({ variant: { id, architecture } }) => rule.target === id || rule.target === architecture,
  );
  const reasons = pinned.map(why);
  if (reasons.includes(undefined)) return;
  const because = reasons[0] ?? `${versionMeant(scene, architectureNamed(rule.target))} has no such variant`;
  throw new ParetoError(
    'failed-precondition',
    `with this pin nothing would answer task ${rule.task ?? ''}: ${because}`,
  );
}

const versionMeant = ({ registry, served }: Scene, name: string): string =>
  `version ${served.get(name) ?? registry.architectures.get(name)?.at(-1)?.version}, which ${name} means now,`;

const refuse = (why: string): ParetoError => new ParetoError('invalid-argument', why);

const tooMany = (): ParetoError =>
  new ParetoError('resource-exhausted', `there are ${mostRules} rules: lift some that are needed no more`);
