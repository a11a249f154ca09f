// What a refused client is told: why, and what could be had instead.

import { ParetoError, type Objective, type TargetEntry } from '@pareto/core';
import type { Admission, Offer, RefusalCause } from '@pareto/policy';
import type { ResolvedQuery } from './resolve.js';

export type Refusal = Extract<Admission, { kind: 'refuse' }>;

/** A trailer with the nearest objective that can be met, as JSON. */
const nearestKey = 'pareto-nearest-objective';

/** `objective` is what admission went by, `elapsedMs` when, since the headers came. */
export function refusalOf(
  refusal: Refusal,
  resolved: ResolvedQuery,
  objective: Objective,
  elapsedMs: number,
): ParetoError {
  const { entry, items } = resolved;
  const { nearest } = refusal;
  const offer = nearest === undefined ? '' : `; nearest that can be met: ${offerText(nearest)}`;
  const reason = `${reasonText(refusal.cause, { entry, items, objective, elapsedMs })}${offer}`;
  const details = nearest === undefined ? {} : { [nearestKey]: offerJson(nearest) };
  if (!isForDeadline(refusal, resolved.objective, objective)) return new ParetoError(refusal.code, reason, { details });
  return new ParetoError('deadline-exceeded', `the deadline is too short: ${reason}`, { details });
}

/** What was asked could be met, but not before the caller's deadline: which is what it must hear of, knowing of no objective. */
function isForDeadline({ cause, nearest }: Refusal, wanted: Objective, byDeadline: Objective): boolean {
  if (cause !== 'infeasible' || nearest === undefined) return false;
  const offered = nearest.objective;
  return (
    offered.latencyMs > byDeadline.latencyMs &&
    offered.latencyMs <= wanted.latencyMs &&
    offered.minAccuracy === wanted.minAccuracy &&
    offered.maxCostPer1k === wanted.maxCostPer1k
  );
}

interface RefusalContext {
  readonly entry: TargetEntry;
  readonly items: number;
  readonly objective: Objective;
  readonly elapsedMs: number;
}

export function reasonText(cause: RefusalCause, { entry, items, objective, elapsedMs }: RefusalContext): string {
  const what = `${entry.kind} '${entry.name}'`;
  switch (cause) {
    case 'infeasible':
      return (
        outOfService(what, entry) ??
        `no variant of ${what} can meet ${objectiveText(objective)}${limits(entry)}${unmeasured(entry, objective)}`
      );
    case 'overloaded': {
      const isLate = elapsedMs >= objective.latencyMs;
      const why = isLate
        ? `the request took ${Math.round(elapsedMs)} ms to arrive`
        : 'every variant that could is busy';
      return `${what} cannot meet ${objectiveText(objective)} now: ${why}; send less, or ask for less`;
    }
    case 'unplaceable':
      return `${what} could meet ${objectiveText(objective)}, but no worker can load the variant now: none has its hardware, or none has room`;
    case 'quarantined':
      return `${what} is out of service, quarantined: ${entry.candidates[0]?.quarantineReason}; ask for another, or register a new version`;
    case 'ruled-out':
      return `${what} may not answer: ${rulesText(entry.rules)}; ask for another, or have the rule lifted`;
    case 'batch-too-large':
      return `a batch of ${items} is larger than any variant of ${what} serves: expected at most ${Math.max(1, entry.maxBatchSize)}`;
    case 'hold-limit':
      return `${what} needs a variant that is being loaded, and too many queries wait already`;
  }
}

/** Of pins and denials: a wish keeps nothing from answering. */
export const rulesText = (rules: TargetEntry['rules']): string =>
  rules
    .flatMap(({ kind, target, reason }) =>
      kind === 'pin' || kind === 'deny' ? [`${target} is ${kind === 'pin' ? 'pinned' : 'denied'}: ${reason}`] : [],
    )
    .join('; ');

/** Rules that keep some of its variants from answering. */
function limits({ exclusions, rules }: TargetEntry): string {
  const isLimited = exclusions?.some((one) => one === 'denied' || one === 'not-pinned') === true;
  return isLimited ? `, as ${rulesText(rules)}` : '';
}

/** A floor is asked for, and there is nothing to hold against it. */
function unmeasured({ candidates }: TargetEntry, { minAccuracy }: Objective): string {
  if (minAccuracy === undefined || candidates.some(({ accuracy }) => accuracy !== undefined)) return '';
  return ': its accuracy was never measured, and without that no floor is promised: ask without one, or register it in a task with a validation set';
}

/** Why none of the target's variants is served at all; undefined: some are. */
export function outOfService(what: string, { candidates, exclusions, rules }: TargetEntry): string | undefined {
  if (candidates.length === 0) return `${what} has no variants yet: register a model for it`;
  const reasons = candidates.flatMap(({ variant, quarantineReason, measurementError }, index) => {
    const exclusion = exclusions?.[index];
    if (exclusion === 'denied' || exclusion === 'not-pinned') return rulesText(rules);
    if (quarantineReason !== undefined) return `${variant} is quarantined: ${quarantineReason}`;
    return measurementError === undefined ? [] : `measuring ${variant} failed: ${measurementError}`;
  });
  if (reasons.length < candidates.length) return undefined;
  return `no variant of ${what} is served: ${[...new Set(reasons)].join('; ')}`;
}

export function objectiveText(objective: Objective): string {
  const parts = [`${objective.latencyMs} ms`];
  if (objective.minAccuracy !== undefined) {
    const bound = objective.accuracyBound === 'lower95' ? ' (lower 95 % bound)' : '';
    parts.push(`accuracy >= ${objective.minAccuracy}${bound}`);
  }
  if (objective.maxCostPer1k !== undefined) parts.push(`cost <= ${objective.maxCostPer1k} USD per 1,000`);
  return parts.join(', ');
}

const offerText = ({ objective, candidate, warm }: Offer): string =>
  `${objectiveText(objective)} by ${candidate.variant}${warm ? '' : ', once it is loaded'}`;

function offerJson({ objective, candidate }: Offer): string {
  return JSON.stringify({
    latency_ms: objective.latencyMs,
    min_accuracy: objective.minAccuracy,
    max_cost_per_1k: objective.maxCostPer1k,
    variant: candidate.variant,
  });
}
