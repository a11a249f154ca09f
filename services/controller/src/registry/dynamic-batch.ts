// The registry writes after the batch of a model was made dynamic. Pure.

import { originalRecipe, withLeadingBatch, type Architecture, type Assignment, type Task } from '@pareto/core';
import type { Compare, Operation } from '@pareto/state';
import { currentOf, fits } from './check-signature.js';
import { outcomesOf, variantRecords, type VariantWrites } from './outcome-variants.js';
import type { RecordView } from '../storage/record-tables.js';
import {
  assignmentKey,
  measurementsPrefix,
  outcomeKey,
  putRecord,
  taskKey,
  variantKey,
  workerKey,
} from '../storage/records.js';

/** Returns the architecture with a leading batch dimension. */
export const withDynamicBatch = (architecture: Architecture, maxBatchSize: number): Architecture => ({
  ...architecture,
  signature: withLeadingBatch(architecture.signature),
  maxBatchSize,
});

/**
 * Returns the write of the task, if all other architectures of it fit the architecture, and the deletions of what was generated
 * with the fixed batch.
 */
export function applyDynamicBatch(records: RecordView, batched: Architecture): VariantWrites {
  const task = records.tasks.get(taskKey(batched.task));
  const isTask = task !== undefined && mayBeBatched(records, task.value, batched);
  const compares: readonly Compare[] = isTask
    ? [{ kind: 'revision', key: task.key, modRevision: task.modRevision }]
    : [];
  return {
    compares,
    operations: [
      ...(isTask ? [putRecord(task.key, { ...task.value, signature: batched.signature })] : []),
      ...forgetFixed(records, batched),
    ],
  };
}

/** Returns whether the task is not batched yet, and all its other architectures fit a batched signature. */
function mayBeBatched(records: RecordView, { name, signature }: Task, batched: Architecture): boolean {
  if (signature === undefined || signature.batched) return false;
  return currentOf(records, name).every((other) => other.name === batched.name || fits(batched, other));
}

/**
 * Returns the deletions of what was generated from the file with the fixed batch, if an earlier attempt to make the batch
 * dynamic failed: outcomes, and variants with their replicas and measurements. The replicas of the originals stay where
 * workers replace their file.
 */
function forgetFixed(records: RecordView, { name, version }: Architecture): readonly Operation[] {
  const own = variantRecords(records, { name, version });
  const made = own.filter(({ recipe }) => recipe !== originalRecipe);
  const recipes = new Map(own.map(({ id, recipe }) => [id, recipe]));
  const isKept = ({ variant, worker }: Assignment): boolean =>
    recipes.get(variant) === originalRecipe &&
    records.workers.get(workerKey(worker))?.value.info.replacesFiles === true;
  const replicas = [...records.assignments.values()].filter(
    ({ value }) => recipes.has(value.variant) && value.version === version && !isKept(value),
  );
  return [
    ...outcomesOf(records, { name, version }).map(outcomeKey),
    ...made.map(({ id }) => variantKey(id, version)),
    ...replicas.map(({ value }) => assignmentKey(value)),
  ]
    .map((key): Operation => ({ kind: 'delete', key }))
    .concat(made.map(({ id }) => ({ kind: 'delete-prefix', prefix: measurementsPrefix(id, version) })));
}
