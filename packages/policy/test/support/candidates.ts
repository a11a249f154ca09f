// Builders of candidates, targets, queries and loads for tests.

import {
  fallbackObjective,
  milliseconds,
  variantId,
  type Candidate,
  type Objective,
  type Profile,
  type TargetEntry,
} from '@pareto/core';
import {
  buildAccuracy,
  buildCandidate,
  buildPoint,
  buildProfile,
  buildReplicaRoute,
  buildTargetEntry,
} from '@pareto/testkit';
import {
  createCandidateLoads,
  loadField,
  loadFields,
  type CandidateLoads,
  type SelectionQuery,
} from '../../src/index.js';

/** Builds a profile from p50 by batch size. p99 is 1.2 times p50. */
export const profile = (p50ByBatch: Readonly<Record<number, number>>): Profile =>
  buildProfile(Object.entries(p50ByBatch).map(([batch, p50]) => buildPoint(Number(batch), p50, 0.1)));

export interface CandidateFields {
  readonly name?: string;
  readonly p99Ms?: number | undefined;
  readonly accuracy?: number | undefined;
  readonly cost?: number | undefined;
  readonly replicas?: number;
  readonly placeable?: boolean;
  readonly quarantined?: boolean;
  readonly measurementError?: string;
  readonly recipe?: string;
  readonly maxBatchSize?: number;
  readonly rank?: number;
  readonly rankWithin?: number;
  readonly disagreement?: string;
  readonly dominatedBy?: string;
  readonly dominatedWithin?: boolean;
}

export function candidate(index: number, fields: CandidateFields = {}): Candidate {
  const { name = `c${index}`, accuracy = 0.9, cost = 1, p99Ms = 12, replicas = 1, recipe = 'original' } = fields;
  const has = (key: keyof CandidateFields): boolean => !(key in fields) || fields[key] !== undefined;
  return buildCandidate(name, {
    index,
    variant: variantId(`${name}:${recipe}`),
    recipe,
    accuracy: has('accuracy') ? buildAccuracy(accuracy, 0.02) : undefined,
    profile: has('p99Ms') ? profile({ 1: p99Ms / 1.2, 8: (p99Ms / 1.2) * 4 }) : undefined,
    costPer1k: has('cost') ? cost : undefined,
    maxBatchSize: fields.maxBatchSize ?? 8,
    placeable: fields.placeable ?? true,
    quarantineReason: fields.quarantined === true ? 'killed its executors' : undefined,
    accuracyRank: fields.rank,
    accuracyRankWithin: fields.rankWithin,
    disagreement: fields.disagreement,
    dominatedBy: fields.dominatedBy === undefined ? undefined : variantId(fields.dominatedBy),
    dominatedWithin: fields.dominatedWithin ?? false,
    measurementError: fields.measurementError,
    replicas: Array.from({ length: replicas }, (_, i) => buildReplicaRoute(`${name}-${i}`)),
  });
}

export const target = (...fields: readonly CandidateFields[]): TargetEntry =>
  buildTargetEntry(fields.map((each, i) => candidate(i, each)));

export function query(
  objective: Partial<Omit<Objective, 'latencyMs'>> & { latencyMs?: number } = {},
  rest: Partial<SelectionQuery> = {},
): SelectionQuery {
  const latencyMs = milliseconds(objective.latencyMs ?? 1000);
  return {
    items: 1,
    elapsedMs: 0,
    now: 0,
    isPatient: false,
    ...rest,
    objective: { ...fallbackObjective, prefer: 'cost', ...objective, latencyMs },
  };
}

/**
 * Builds loads of candidates that are free after `waitMs`, with `ahead` items before the next one and a maximum wait, at
 * the time 0.
 */
export function loads(
  waitMs: readonly number[],
  ahead: readonly number[] = [],
  maxWaitMs: readonly number[] = [],
): CandidateLoads {
  const view = createCandidateLoads(Math.max(waitMs.length, 100));
  for (let index = 0; index < 100; index++) {
    view[loadFields * index + loadField.freeAt] = waitMs[index] ?? 0;
    view[loadFields * index + loadField.aheadItems] = ahead[index] ?? 0;
    view[loadFields * index + loadField.maxWaitMs] = maxWaitMs[index] ?? Infinity;
  }
  return view;
}
