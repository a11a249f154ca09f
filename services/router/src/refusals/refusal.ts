// Builds the error for a refused query: the reason, and the nearest feasible objective.

import { formatFloor, metricFormOf, ParetoError, type Objective, type TargetEntry } from '@pareto/core';
import { rulesText, type BusyCandidate, type Offer, type RefusalCause, type RouterEffect } from '@pareto/policy';
import { limitError } from '@pareto/protocol';
import type { ResolvedQuery } from '../resolve/resolve.js';

type Refusal = Pick<Extract<RouterEffect<unknown>, { kind: 'refuse' }>, 'refusal' | 'code' | 'objective' | 'elapsedMs'>;

/** Name of the trailer with the nearest feasible objective, as JSON. */
const nearestKey = 'pareto-nearest-objective';

/** Returns the error of a query that the core refused. */
export function refusalOf({ refusal, code, objective, elapsedMs }: Refusal, resolved: ResolvedQuery): ParetoError {
  const { entry, items } = resolved;
  const { cause, nearest, soonest } = refusal;
  const offer = nearest === undefined ? '' : `; nearest feasible objective: ${offerText(nearest, entry)}`;
  const reason = `${reasonText(cause, { entry, items, objective, elapsedMs, soonest })}${offer}`;
  const details = nearest === undefined ? {} : { [nearestKey]: offerJson(nearest) };
  if (cause === 'hold-limit') return limitError('heldQueries', 'resource-exhausted', reason, details);
  if (code !== 'deadline-exceeded') return new ParetoError(code, reason, { details });
  return new ParetoError(code, `the deadline is too short: ${reason}`, { details });
}

interface RefusalContext {
  readonly entry: TargetEntry;
  readonly items: number;
  readonly objective: Objective;
  readonly elapsedMs: number;
  /** Candidate that would answer first, if all that could are busy. */
  readonly soonest: BusyCandidate | undefined;
}

const targetText = ({ kind, name }: TargetEntry): string => `${kind} '${name}'`;

export function reasonText(
  cause: RefusalCause,
  { entry, items, objective, elapsedMs, soonest }: RefusalContext,
): string {
  const target = targetText(entry);
  switch (cause) {
    case 'infeasible':
      return (
        outOfServiceReason(entry) ??
        `no variant of ${target} can meet ${objectiveText(objective, entry)}${limitsText(entry)}${unmeasuredText(entry, objective)}`
      );
    case 'overloaded': {
      const isLate = elapsedMs >= objective.latencyMs;
      const reason = isLate
        ? `the request took ${Math.round(elapsedMs)} ms to arrive`
        : soonest === undefined
          ? 'every variant that could meet it is busy'
          : busyText(soonest);
      return `${target} cannot meet ${objectiveText(objective, entry)} now: ${reason}; lower the request rate or relax the objective`;
    }
    case 'backlogged':
      if (objective.class === 'offline')
        return `${target} has no idle replica now, and offline queries are answered only by idle ones; retry later, or use the class online`;
      return `${target} is overloaded: ${soonest === undefined ? 'its queue may not get longer' : backlogText(soonest)}; lower the request rate`;
    case 'unplaceable':
      return `${target} could meet ${objectiveText(objective, entry)}, but no worker can load the variant now: none has its hardware class, or none has enough free memory`;
    case 'quarantined':
      return `${target} is quarantined: ${entry.candidates[0]?.quarantineReason}; use another model, or register a new version`;
    case 'ruled-out':
      return `${target} is excluded by rules: ${rulesText(entry.rules)}; use another model, or have the rules removed`;
    case 'batch-too-large':
      return `a batch of ${items} is larger than any variant of ${target} serves: expected at most ${Math.max(1, entry.maxBatchSize)}; ${batchAdvice(entry)}`;
    case 'late-load':
      return `${target} cannot meet ${objectiveText(objective, entry)} now: the variant that could is not loaded, its load takes longer than the latency, and slots are short; lower the request rate or relax the objective`;
    case 'hold-limit':
      return `${target} needs a variant that is still loading, and too many queries are waiting already; retry later`;
  }
}

const batchAdvice = ({ maxBatchSize }: TargetEntry): string =>
  maxBatchSize > 1
    ? 'split the request, or register the model again with a larger --max-batch-size'
    : "send one item per request; 'pareto jobs' shows why the model has no batch";

/** Wait from which the queues are full: no objective is that long. */
const fullMs = 1e8;

/** Returns the prediction for a busy candidate as a clause. */
function busyText({ candidate: { variant }, predictedMs, waitMs }: BusyCandidate): string {
  if (waitMs >= fullMs) return `${variant} is busy, and its queues are full`;
  return `${variant} is busy and would take ${Math.round(predictedMs)} ms, of which ${Math.round(waitMs)} ms are the wait in its queue`;
}

function backlogText(busy: BusyCandidate): string {
  if (busy.maxWaitMs < 0)
    return `${busyText(busy)}; other queries, of which a larger share is rejected, need its slots`;
  return `${busyText(busy)}; while its queue does not drain, queries with this objective wait for at most ${Math.round(busy.maxWaitMs)} ms`;
}

/** Returns the rules that exclude some of the target's variants, as a clause of the error. Empty if there are none. */
function limitsText({ exclusions, rules }: TargetEntry): string {
  const isLimited = exclusions?.some((exclusion) => exclusion === 'denied' || exclusion === 'not-pinned') === true;
  return isLimited ? `, as ${rulesText(rules)}` : '';
}

/** Returns the advice for an accuracy floor on a target without a measured accuracy. Empty if it does not apply. */
function unmeasuredText({ candidates }: TargetEntry, { minAccuracy }: Objective): string {
  if (minAccuracy === undefined || candidates.some(({ accuracy }) => accuracy !== undefined)) return '';
  if (candidates.some(({ profile }) => profile === undefined || profile.provisional === true))
    return ': its accuracy is not measured yet; omit min_accuracy, or try again when it is measured';
  return ': its accuracy was never measured, so that no minimum can be guaranteed; omit min_accuracy, or register the model in a task with a validation set';
}

/** Returns why no variant of the target is served. Undefined if some are. */
export function outOfServiceReason(entry: TargetEntry): string | undefined {
  const { candidates, exclusions, rules } = entry;
  if (candidates.length === 0) return `${targetText(entry)} has no variants yet: register a model for it`;
  const reasons = candidates.flatMap(({ variant, quarantineReason, measurementError }, index) => {
    const exclusion = exclusions?.[index];
    if (exclusion === 'denied' || exclusion === 'not-pinned') return rulesText(rules);
    if (quarantineReason !== undefined) return `${variant} is quarantined: ${quarantineReason}`;
    return measurementError === undefined ? [] : `measuring ${variant} failed: ${measurementError}`;
  });
  if (reasons.length < candidates.length) return undefined;
  return `no variant of ${targetText(entry)} is served: ${[...new Set(reasons)].join('; ')}`;
}

export function objectiveText(objective: Objective, entry: Pick<TargetEntry, 'candidates'>): string {
  const parts = [`${objective.latencyMs} ms`];
  if (objective.minAccuracy !== undefined) {
    const bound = objective.accuracyBound === 'lower95' ? ' (lower 95 % bound)' : '';
    parts.push(`${floorText(objective.minAccuracy, entry)}${bound}`);
  }
  if (objective.maxCostPer1k !== undefined) parts.push(`cost <= ${objective.maxCostPer1k} USD per 1,000`);
  return parts.join(', ');
}

/** Returns e.g. `accuracy >= 0.98` or, if the metric is not a share, `accuracy >= 0.5584 (rmse ≤ 58.00)`. */
function floorText(minAccuracy: number, { candidates }: Pick<TargetEntry, 'candidates'>): string {
  const measured = candidates.find(({ accuracy }) => accuracy !== undefined)?.accuracy;
  if (measured === undefined || metricFormOf(measured).unit === 'share') return `accuracy >= ${minAccuracy}`;
  return `accuracy >= ${Number(minAccuracy.toFixed(4))} (${formatFloor(minAccuracy, measured)})`;
}

const offerText = ({ objective, candidate, warm }: Offer, entry: TargetEntry): string =>
  `${objectiveText(objective, entry)} by ${candidate.variant}${warm ? '' : ' after it is loaded'}`;

function offerJson({ objective, candidate }: Offer): string {
  return JSON.stringify({
    latency_ms: objective.latencyMs,
    min_accuracy: objective.minAccuracy,
    max_cost_per_1k: objective.maxCostPer1k,
    variant: candidate.variant,
  });
}
