// The variants of a name that would answer a query if all were loaded and idle.

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
import { accuracyOn } from '../../make/accuracy-on.js';
import { eligible } from '../../select/criteria.js';
import { cold } from '../../select/criteria/cold.js';
import { exclusionsOf } from '../../select/exclusions.js';
import { nearestFeasible } from '../../select/nearest.js';
import { compareCosts, compareGroups } from '../../select/order.js';
import { selectVariant } from '../../select/select-variant.js';
import { defaultSelectParams, type SelectionQuery } from '../../select/selection-query.js';
import { createTrace } from '../../select/trace.js';
import { cheaperFirst, type Option } from './options.js';

export interface NamedTarget {
  /** Kind of the name. */
  readonly kind: 'task' | 'architecture' | 'variant';
  readonly task: Task;
  readonly rules: readonly RuleInForce[];
}

/**
 * Returns the variant that selection would choose for a query without an objective if all of `options` were loaded and
 * idle. If none meets the task's default objective, returns the nearest one. Undefined if none may answer.
 */
export function pickDefaultVariant(options: readonly Option[], named: NamedTarget): VariantId | undefined {
  const target = idleTarget(options, named);
  const objective = resolveObjective(objectiveFor(named));
  const query = idleQuery(objective);
  return pickIdle(target, query) ?? nearestFeasible(target, query, defaultSelectParams)?.candidate.variant;
}

/**
 * Returns the candidates that meet an objective if all are loaded and idle, the one that selection would choose first. At
 * most as many as a trace records.
 */
export function listMeeting(target: TargetEntry, objective: Objective): readonly Candidate[] {
  const trace = createTrace();
  const selection = selectVariant(target, idleQuery(objective), undefined, defaultSelectParams, trace);
  if (selection.kind === 'refused') return [];
  const met = Array.from(trace.indices.subarray(0, trace.size)).flatMap((index, i) => {
    const code = trace.verdictCodes[i];
    const candidate = target.candidates[index];
    return candidate !== undefined && (code === cold.code || code === eligible.code) ? [candidate] : [];
  });
  const others = met.filter((candidate) => candidate !== selection.candidate);
  return [selection.candidate, ...others.toSorted(byPreference(objective))];
}

/** Compares candidates that meet an objective as selection does, apart from their latency. */
const byPreference =
  ({ prefer }: Objective) =>
  (a: Candidate, b: Candidate): number => {
    const byCost = compareCosts(a, b);
    const byRank =
      (a.accuracyRank ?? Infinity) < (b.accuracyRank ?? Infinity) ? -1 : a.accuracyRank === b.accuracyRank ? 0 : 1;
    return compareGroups(a, b) || (prefer === 'cost' ? byCost || byRank : byRank || byCost);
  };

function pickIdle(target: TargetEntry, query: SelectionQuery): VariantId | undefined {
  const selection = selectVariant(target, query, undefined, defaultSelectParams);
  return selection.kind === 'refused' ? undefined : selection.candidate.variant;
}

const idleQuery = (objective: Objective): SelectionQuery => ({
  ...{ items: 1, elapsedMs: 0, now: 0, isPatient: true },
  objective: { ...objective, degrade: 'forbid' },
});

/**
 * Returns the task's default objective. For an architecture, leaves out accuracy and cost, because a client that names
 * an architecture has chosen them.
 */
const objectiveFor = ({ kind, task: { defaultObjective } }: NamedTarget): PartialObjective =>
  kind === 'task' ? defaultObjective : { ...defaultObjective, minAccuracy: undefined, maxCostPer1k: undefined };

/** Returns a name with its options as candidates, none of which is loaded. */
export function idleTarget(options: readonly Option[], { kind, task, rules }: NamedTarget): TargetEntry {
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
