// The variant of a name that answers a query without an objective: the one to keep warm for the name.

import {
  resolveObjective,
  type Candidate,
  type PartialObjective,
  type RuleInForce,
  type TargetEntry,
  type Task,
  type VariantId,
} from '@pareto/core';
import { idleLoads } from '../../route/load-view.js';
import { exclusionsOf } from '../../select/exclusions.js';
import { nearestFeasible } from '../../select/nearest.js';
import { preferenceOf } from '../../select/rank.js';
import { selectVariant } from '../../select/select-variant.js';
import { defaultSelectParams, type SelectionQuery } from '../../select/verdict.js';
import { cheaperFirst, type Option } from '../ledger/options.js';

export interface DefaultVariantInput {
  /** Kind of the name. */
  readonly kind: 'task' | 'architecture';
  readonly task: Task;
  readonly rules: readonly RuleInForce[];
}

/**
 * Returns the variant that selection would choose if all of `options` were loaded and idle. If none meets the task's
 * default objective, returns the nearest one. Undefined if none may answer.
 */
export function pickDefaultVariant(
  options: readonly Option[],
  { kind, task, rules }: DefaultVariantInput,
): VariantId | undefined {
  const candidates = options.toSorted(cheaperFirst).map(candidateOf);
  const target = targetOf(candidates, { kind, task, rules });
  const stated = objectiveFor(kind, task);
  const query: SelectionQuery = {
    items: 1,
    objective: { ...resolveObjective(stated), degrade: 'forbid' },
    elapsedMs: 0,
    preference: preferenceOf(stated),
  };
  const selection = selectVariant(target, query, idleLoads, defaultSelectParams);
  if (selection.kind !== 'refused') return selection.candidate.variant;
  return nearestFeasible(target, query, defaultSelectParams)?.candidate.variant;
}

/**
 * Returns the task's default objective. For an architecture, leaves out accuracy and cost, because a client that names
 * an architecture has chosen them.
 */
const objectiveFor = (kind: DefaultVariantInput['kind'], { defaultObjective }: Task): PartialObjective =>
  kind === 'task' ? defaultObjective : { ...defaultObjective, minAccuracy: undefined, maxCostPer1k: undefined };

function targetOf(candidates: readonly Candidate[], { kind, task, rules }: DefaultVariantInput): TargetEntry {
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
  const result = known.measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
  return {
    ...{ index, variant: id, architecture, version, recipe, hardwareClass, profile },
    accuracy: result?.kind === 'measured' ? result.accuracy : undefined,
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
