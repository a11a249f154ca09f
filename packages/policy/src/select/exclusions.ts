// What a target leaves out of its candidates: by rules, and because something is better in everything.

import type { Candidate, Exclusion, RuleInForce, TargetEntry, VariantId } from '@pareto/core';
import { denialOf, ruleCovers, pinsOf } from './rules.js';

/** What deciding looks at of a variant. */
export interface Excludable {
  readonly variant: VariantId;
  readonly architecture: string;
  readonly dominatedBy: VariantId | undefined;
  readonly dominatedWithin: boolean;
}

type TargetKind = TargetEntry['kind'];

/**
 * Why a target leaves out one of its `members`, warm or not; undefined: it does not. What is denied answers nothing. A pin counts
 * for tasks, and what it names itself is not held to be dominated. For a task any variant of the task dominates, for an
 * architecture its own do; a variant that is named answers all the same.
 */
export function createExcluder<T extends Excludable>(
  kind: TargetKind,
  task: string,
  members: readonly T[],
  rules: readonly RuleInForce[],
): (one: T) => Exclusion | undefined {
  const pins = kind === 'task' ? pinsOf(task, members, rules) : [];
  return (one) => {
    if (denialOf({ ...one, task }, rules) !== undefined) return 'denied';
    if (kind === 'variant') return undefined;
    if (pins.length > 0) {
      if (pins.some(({ target }) => target === one.variant)) return undefined;
      if (!pins.some((pin) => ruleCovers(one, pin))) return 'not-pinned';
    }
    const isWithin = kind === 'architecture' || pins.length > 0;
    return (isWithin ? one.dominatedWithin : one.dominatedBy !== undefined) ? 'dominated' : undefined;
  };
}

/**
 * The exclusions of a target by candidate; undefined when there are none. A dominated one is left out only where what dominates it
 * may answer; while it is warm, where that is warm too: answers get better without a gap.
 */
export function exclusionsOf(
  { kind, task }: Pick<TargetEntry, 'kind' | 'task'>,
  candidates: readonly Candidate[],
  rules: readonly RuleInForce[],
): readonly (Exclusion | undefined)[] | undefined {
  if (rules.length === 0 && (kind === 'variant' || candidates.every(({ dominatedBy }) => dominatedBy === undefined))) {
    return undefined;
  }
  const excluded = candidates.map(createExcluder(kind, task, candidates, rules));
  const kept = candidates.filter((_, index) => excluded[index] === undefined);
  const able = kept.filter(mayAnswer);
  const answers = createReplacements(kept, able);
  const answersWarm = createReplacements(kept, able.filter(isWarm));
  const exclusions = candidates.map((one, index) => {
    if (excluded[index] !== 'dominated') return excluded[index];
    return (isWarm(one) ? answersWarm : answers)(one) ? 'dominated' : undefined;
  });
  return exclusions.every((exclusion) => exclusion === undefined) ? undefined : exclusions;
}

const isWarm = ({ replicas }: Candidate): boolean => replicas.length > 0;

const mayAnswer = (one: Candidate): boolean =>
  one.quarantineReason === undefined && one.measurementError === undefined && (one.placeable || isWarm(one));

/**
 * Whether one of `able` answers in place of a dominated candidate: the one that dominates it where the target keeps that, else one
 * of its own architecture where those are enough to dominate it.
 */
function createReplacements(kept: readonly Candidate[], able: readonly Candidate[]): (dominated: Candidate) => boolean {
  const known = new Set(kept.map(({ variant }) => variant));
  const variants = new Set(able.map(({ variant }) => variant));
  const architectures = new Set(able.map(({ architecture }) => architecture));
  return ({ dominatedBy, dominatedWithin, architecture }) =>
    dominatedBy !== undefined && known.has(dominatedBy)
      ? variants.has(dominatedBy)
      : dominatedWithin && architectures.has(architecture);
}
