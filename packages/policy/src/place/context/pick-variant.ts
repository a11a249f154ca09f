// The variant of a name that would answer a query if all were loaded and idle.

import {
  resolveObjective,
  type Candidate,
  type Objective,
  type PartialObjective,
  type RuleInForce,
  type TargetEntry,
  type Task,
  type VariantId,
} from '@pareto/core';
import { objectiveClass } from '../../demand/objective-class.js';
import { accuracyOn } from '../../make/accuracy-on.js';
import { exclusionsOf } from '../../select/exclusions.js';
import { nearestFeasible } from '../../select/nearest.js';
import { preferenceOf } from '../../select/rank.js';
import { selectVariant } from '../../select/select-variant.js';
import { defaultSelectParams, type Preference, type SelectionQuery } from '../../select/selection-query.js';
import { cheaperFirst, type Option } from './options.js';

export interface NamedTarget {
  /** Kind of the name. */
  readonly kind: 'task' | 'architecture';
  readonly task: Task;
  readonly rules: readonly RuleInForce[];
}

/**
 * Returns the variant that selection would choose for a query without an objective if all of `options` were loaded and
 * idle. If none meets the task's default objective, returns the nearest one. Undefined if none may answer.
 */
export function pickDefaultVariant(options: readonly Option[], named: NamedTarget): VariantId | undefined {
  const target = targetOf(options, named);
  const stated = objectiveFor(named);
  const query = idleQuery(resolveObjective(stated), preferenceOf(stated));
  return pickIdle(target, query) ?? nearestFeasible(target, query, defaultSelectParams)?.candidate.variant;
}

/**
 * Returns the variant that selection would choose for an objective if all of `options` were loaded and idle. Undefined if
 * none meets it.
 */
export function pickVariantFor(
  options: readonly Option[],
  named: NamedTarget,
  objective: Objective,
): VariantId | undefined {
  const isUnstated = objectiveClass(objective) === objectiveClass(resolveObjective({}));
  return pickIdle(targetOf(options, named), idleQuery(objective, isUnstated ? 'most-accurate' : 'cheapest'));
}

function pickIdle(target: TargetEntry, query: SelectionQuery): VariantId | undefined {
  const selection = selectVariant(target, query, undefined, defaultSelectParams);
  return selection.kind === 'refused' ? undefined : selection.candidate.variant;
}

const idleQuery = (objective: Objective, preference: Preference): SelectionQuery => ({
  ...{ items: 1, elapsedMs: 0, preference, now: 0, maxWaitBatches: Infinity, isPatient: true },
  objective: { ...objective, degrade: 'forbid' },
});

/**
 * Returns the task's default objective. For an architecture, leaves out accuracy and cost, because a client that names
 * an architecture has chosen them.
 */
const objectiveFor = ({ kind, task: { defaultObjective } }: NamedTarget): PartialObjective =>
  kind === 'task' ? defaultObjective : { ...defaultObjective, minAccuracy: undefined, maxCostPer1k: undefined };

function targetOf(options: readonly Option[], { kind, task, rules }: NamedTarget): TargetEntry {
  const candidates = options.toSorted(cheaperFirst).map(candidateOf);
  const { name, metric, defaultObjective } = task;
  return {
    ...{ kind, name, task: name, versions: [], metric, defaultObjective, maxBatchSize: 1, candidates, rules },
    signature: { inputs: [], outputs: [], batched: false },
    labels: {},
    exclusions: exclusionsOf({ kind, task: name }, candidates, rules),
  };
}

function candidateOf({ variant: known, hardwareClass, profile, cost }: Option, index: number): Candidate {
  const { id, architecture, version, recipe } = known.variant;
  const mark = known.accuracyMarks.get(hardwareClass);
  return {
    ...{ index, variant: id, architecture, version, recipe, hardwareClass, profile },
    accuracy: accuracyOn(known, hardwareClass),
    accuracyRank: mark?.rank,
    accuracyRankWithin: mark?.rankWithin,
    disagreement: mark?.disagreement,
    costPer1k: cost === Infinity ? undefined : cost,
    usdPerHour: undefined,
    maxBatchSize: 1,
    placeable: true,
    quarantineReason: undefined,
    dominatedBy: known.dominatedBy,
    dominatedWithin: known.dominatedWithin,
    measurementError: undefined,
    replicas: [],
  };
}
