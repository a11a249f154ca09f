// The candidates that a target excludes, because of rules or because another variant dominates them.

import type { Candidate, Exclusion, RuleInForce, TargetEntry, VariantId } from '@pareto/core';
import { isDenied, ruleCovers, pinsOf } from './rules.js';

/** The fields of a variant that decide about its exclusion. */
export interface Excludable {
  readonly variant: VariantId;
  readonly architecture: string;
  readonly disagreement: string | undefined;
  readonly dominatedBy: VariantId | undefined;
  readonly dominatedWithin: boolean;
}

type TargetKind = TargetEntry['kind'];

/**
 * Creates a function that returns why a target excludes one of its `members`, warm or not, or undefined if it does not.
 * Denied variants are always excluded. Pins apply to tasks, and a pinned variant is not excluded because it disagrees with
 * the original or is dominated. In a task any variant of the task dominates; in an architecture only its own do. A target
 * that is a variant is excluded for none of these two reasons.
 */
export function createExcluder<T extends Excludable>(
  kind: TargetKind,
  task: string,
  members: readonly T[],
  rules: readonly RuleInForce[],
): (one: T) => Exclusion | undefined {
  const pins = kind === 'task' ? pinsOf(task, members, rules) : [];
  return (one) => {
    if (isDenied({ id: one.variant, architecture: one.architecture, task }, rules)) return 'denied';
    if (kind === 'variant') return undefined;
    if (pins.length > 0) {
      if (pins.some(({ target }) => target === one.variant)) return undefined;
      if (!pins.some((pin) => ruleCovers(one, pin))) return 'not-pinned';
    }
    if (one.disagreement !== undefined) return 'disagrees';
    const isWithin = kind === 'architecture' || pins.length > 0;
    return (isWithin ? one.dominatedWithin : one.dominatedBy !== undefined) ? 'dominated' : undefined;
  };
}

/**
 * Returns the exclusions in the order of the candidates, or undefined if there are none. A dominated candidate is
 * excluded only if its dominator can answer. A warm one is excluded only if its dominator is warm too, so that the
 * change leaves no gap.
 */
export function exclusionsOf(
  { kind, task }: Pick<TargetEntry, 'kind' | 'task'>,
  candidates: readonly Candidate[],
  rules: readonly RuleInForce[],
): readonly (Exclusion | undefined)[] | undefined {
  const isMarked = ({ dominatedBy, disagreement }: Candidate): boolean => (dominatedBy ?? disagreement) !== undefined;
  if (rules.length === 0 && (kind === 'variant' || !candidates.some(isMarked))) return undefined;
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
 * Creates a function that returns whether one of `able` answers in place of a dominated candidate: its dominator if the
 * target does not exclude it, otherwise a variant of the same architecture if these dominate the candidate too.
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
