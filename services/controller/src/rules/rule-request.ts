// Requests to set a rule, checked against the registry. Pure.

import { architectureNameOf, isWarmthRule, ParetoError, parseTarget, type Rule } from '@pareto/core';
import { denialOf, type PlacementVariant } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { plainText } from './plain-text.js';
import { notFound } from '../registry/not-found.js';
import { servedVariants, type ClusterView } from '../cluster/observe.js';
import { ruleKey, tenant } from '../storage/records.js';

const maxReasonLength = 500;

/**
 * Returns the rule of a request. Throws `not-found` if its target is not registered, `invalid-argument` if the request
 * is malformed, and `failed-precondition` if a pin would exclude all variants of its task or a warm rule could not be
 * met.
 */
export function ruleFrom(view: ClusterView, request: wire.SetRuleRequest): Rule {
  const rule = readRule(view, request);
  if (rule.kind === 'pin') checkNotEmpty(view, rule, `with this pin no variant would answer task ${rule.task}`);
  if (rule.kind === 'warm') checkNotEmpty(view, rule, `no variant of ${rule.target} may be loaded`);
  return rule;
}

function readRule(view: ClusterView, request: wire.SetRuleRequest): Rule {
  const { wallMs } = view;
  const kind = kindFrom(request.kind);
  const { target } = request;
  const task = taskOf(view, target, kind);
  if (request.task !== '' && !view.registry.tasks.has(request.task)) throw notFound('task', request.task);
  if (request.task !== '' && request.task !== task)
    throw requestError(
      `${target} belongs to task ${task} and cannot answer task ${request.task}: name a target of task ${request.task}`,
    );
  const durationMs = durationFrom(request.durationMs);
  const common = {
    ...{ id: newId(view), tenant, target },
    reason: reasonFrom(request.reason),
    by: request.actor,
    madeWallMs: wallMs,
    endsWallMs: durationMs === 0 ? undefined : wallMs + durationMs,
  };
  if (kind === 'warm' || kind === 'cold') return { ...common, kind, task };
  // A pin covers the task of its target only; for other tasks it would exclude all variants.
  return { ...common, kind, task: request.task === '' && kind === 'deny' ? undefined : task };
}

function kindFrom(text: string): Rule['kind'] {
  if (text === 'pin' || text === 'deny' || text === 'warm' || text === 'cold') return text;
  throw requestError(`kind ${JSON.stringify(text.slice(0, 40))} is not known: expected pin, deny, warm or cold`);
}

/** Returns the task of the target: an architecture, a variant of any of its versions, or, for warmth rules, a task. */
function taskOf({ registry }: ClusterView, text: string, kind: Rule['kind']): string {
  const target = parseTarget(text);
  const name = target.kind === 'name' ? target.name : target.architecture;
  const mayBeTask = kind === 'warm' || kind === 'cold';
  if (target.kind === 'name' && registry.tasks.has(name)) {
    if (mayBeTask) return name;
    throw requestError(`${name} is a task: expected a variant or an architecture as the target`);
  }
  const [version] = registry.architectures.get(name) ?? [];
  const isKnown =
    target.kind === 'name' || [...registry.versions.values()].some(({ variant }) => variant.id === target.variant);
  if (version !== undefined && isKnown) return version.task;
  throw notFound(target.kind === 'variant' ? 'variant' : mayBeTask ? 'task or architecture' : 'architecture', text);
}

function durationFrom(durationMs: number): number {
  if (durationMs >= 0 && durationMs <= Number.MAX_SAFE_INTEGER) return Math.ceil(durationMs);
  throw requestError(
    `duration_ms is ${durationMs}: expected milliseconds, or 0 for a rule that stays until it is removed`,
  );
}

/** Returns the reason in one line. Throws `invalid-argument` if it is too long. */
export function reasonFrom(text: string): string {
  if (text.length <= maxReasonLength) return plainText(text);
  throw requestError(`reason has ${text.length} characters: expected at most ${maxReasonLength}`);
}

/** Returns a short human-readable id: the time, or the next value that is free. */
function newId({ records, wallMs }: ClusterView): string {
  const taken = new Set([...records.ruleEvents.values()].map(({ value }) => value.rule.id));
  for (let at = Math.floor(wallMs); ; at += 1) {
    const id = `r${at.toString(36)}`;
    if (!taken.has(id) && !records.rules.has(ruleKey(id))) return id;
  }
}

/**
 * Throws `failed-precondition` with `then` and the reason if no variant that the rule covers may answer. A warmth rule
 * for a target without variants is accepted, because variants may be added.
 */
function checkNotEmpty(view: ClusterView, rule: Rule, then: string): void {
  const { task, target } = rule;
  const named = servedVariants(view).filter(
    ({ variant: { id, architecture, task: of } }) =>
      target === id || target === architecture || (target === task && of === task),
  );
  if (named.length === 0 && isWarmthRule(rule) && !target.includes(':')) return;
  const reasons = named.map(
    (known) => whyNot(view, known) ?? (rule.kind === 'warm' ? whyCold(view, known, target) : undefined),
  );
  if (reasons.includes(undefined)) return;
  const because = reasons[0] ?? `${versionMeant(view, architectureNameOf(target))} has no such variant`;
  throw new ParetoError('failed-precondition', `${then}: ${because}`);
}

/** Returns why the variant may not answer. Undefined if it may. */
function whyNot({ registry }: ClusterView, { variant, measurements }: PlacementVariant): string | undefined {
  const { id, architecture, task, quarantineReason } = variant;
  if (quarantineReason !== undefined) return `${id} is quarantined: ${quarantineReason}`;
  const denial = denialOf({ variant: id, architecture, task }, registry.rules);
  if (denial !== undefined) return `a rule denies ${denial.target}${denial.reason === '' ? '' : `: ${denial.reason}`}`;
  const [failed] = measurements.flatMap(({ result }) => (result.kind === 'failed' ? [result.reason] : []));
  const isMeasured = measurements.some(({ result }) => result.kind === 'measured');
  return failed === undefined || isMeasured ? undefined : `${id} could not be measured: ${failed}`;
}

/**
 * Returns why the variant would stay cold: a cold rule with a more specific target than `target`. Undefined if there is
 * none.
 */
function whyCold({ registry }: ClusterView, { variant }: PlacementVariant, target: string): string | undefined {
  const { id, architecture } = variant;
  const closer = target === id ? [] : target === architecture ? [id] : [id, architecture];
  const warmthRules = closer.map((name) => registry.warmthRules.find((rule) => rule.target === name));
  const [counting] = warmthRules.flatMap((rule) => rule ?? []);
  if (counting?.kind !== 'cold') return undefined;
  return `rule ${counting.id} keeps ${counting.target} cold and takes precedence: remove that rule, or load ${counting.target}`;
}

const versionMeant = ({ registry, served }: ClusterView, name: string): string =>
  `version ${served.get(name) ?? registry.architectures.get(name)?.at(-1)?.version}, which ${name} resolves to now,`;

const requestError = (why: string): ParetoError => new ParetoError('invalid-argument', why);
