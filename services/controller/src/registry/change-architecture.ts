// The registry writes for a registered model that is registered again with other recipes, labels or batches. Pure.

import { batchSizes, type Architecture } from '@pareto/core';
import type { Operation } from '@pareto/state';
import { checkSignature, signatureWith } from './check-signature.js';
import { measurementsOf, originalVariants, outcomesOf, variantRecords } from './outcome-variants.js';
import { remeasure } from './remeasure.js';
import type { RecordView, Stored } from '../storage/record-tables.js';
import { assignmentKey, measurementsPrefix, outcomeKey, putRecord, taskKey, variantKey } from '../storage/records.js';

/** Fields that may change for the same files. */
export type ArchitectureChanges = Pick<Architecture, 'recipes' | 'keepAll' | 'labels'> & {
  /** The new batch. Undefined if it stays. */
  readonly batch: Pick<Architecture, 'signature' | 'maxBatchSize' | 'fixedBatch'> | undefined;
};

export interface ChangedArchitecture {
  readonly changed: Architecture;
  /** The writes. The last one is that of the architecture, so that a repetition completes a part of them. */
  readonly operations: readonly Operation[];
}

/**
 * Returns the changed architecture with its writes. Generated files stay, even of recipes that are no longer requested,
 * unless the model gains or loses its batch dimension: then its variants are deleted and made again. With a larger maximum
 * batch, or other labels if the task has samples, they are measured again, and keep their measurements until then. Replicas that have to be reloaded lose their
 * assignments. Undefined if nothing changes. Throws `invalid-argument` if the signature does
 * not fit the task's other architectures.
 */
export function changeArchitecture(
  records: RecordView,
  { key, value }: Stored<Architecture>,
  changes: ArchitectureChanges,
): ChangedArchitecture | undefined {
  const { batch, ...rest } = changes;
  const changed = { ...value, ...rest, ...batch };
  const isRebuilt = batch !== undefined && batch.signature.batched !== value.signature.batched;
  const isRelabelled = !isSame(changed.labels, value.labels);
  const isReloaded = isRebuilt || changed.maxBatchSize !== value.maxBatchSize || isRelabelled;
  const isUnchanged = (['keepAll', 'fixedBatch'] as const).every((field) => changed[field] === value[field]);
  if (!isReloaded && isUnchanged && changed.recipes.join() === value.recipes.join()) return undefined;
  // The labels of samples may be names of classes.
  const isJudgedAgain = isRelabelled && records.tasks.get(taskKey(value.task))?.value.validation !== undefined;
  const isRemeasured = isJudgedAgain || largestMeasured(changed) > largestMeasured(value);
  return {
    changed,
    operations: [
      ...(isReloaded ? endReplicas(records, changed) : []),
      ...(isRebuilt ? resetVariants(records, changed) : []),
      ...(!isRebuilt && isRemeasured ? remeasureAll(records, changed) : []),
      ...(isRebuilt ? changeTask(records, changed) : []),
      putRecord(key, changed),
    ],
  };
}

const isSame = (a: Architecture['labels'], b: Architecture['labels']): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** Returns the write of the task, whose signature is that of its only architecture, or fits all of them. */
function changeTask(records: RecordView, changed: Architecture): readonly Operation[] {
  const { task: name, name: own } = changed;
  const task = records.tasks.get(taskKey(name));
  if (task === undefined) return [];
  const isOnly = [...records.architectures.values()].every(({ value }) => value.task !== name || value.name === own);
  if (!isOnly) checkSignature(records, task.value, changed, own);
  const signature = isOnly ? changed.signature : signatureWith(records, task.value, changed);
  return [putRecord(task.key, { ...task.value, signature })];
}

function endReplicas(records: RecordView, { name, version }: Architecture): readonly Operation[] {
  const ids = new Set(variantRecords(records, { name, version }).map(({ id }) => id));
  return [...records.assignments.values()]
    .filter(({ value }) => ids.has(value.variant) && value.version === version)
    .map(({ value }) => ({ kind: 'delete', key: assignmentKey(value) }));
}

/** Returns the largest batch that the variants are measured at. */
const largestMeasured = ({ maxBatchSize }: Architecture): number => Math.max(...batchSizes(maxBatchSize));

const remeasureAll = (records: RecordView, architecture: Architecture): readonly Operation[] =>
  variantRecords(records, architecture).flatMap((one) => measurementsOf(records, one).flatMap(remeasure));

/** Returns the operations that leave only the variants of the trained model, unmeasured. */
function resetVariants(records: RecordView, architecture: Architecture): readonly Operation[] {
  const { name, version } = architecture;
  const originals = originalVariants(records, architecture);
  const originalIds = new Set(originals.map(({ id }) => id));
  const own = variantRecords(records, architecture);
  return [
    ...outcomesOf(records, { name, version }).map((one): Operation => ({ kind: 'delete', key: outcomeKey(one) })),
    ...own.map(({ id }): Operation => ({ kind: 'delete-prefix', prefix: measurementsPrefix(id, version) })),
    ...own
      .filter(({ id }) => !originalIds.has(id))
      .map(({ id }): Operation => ({ kind: 'delete', key: variantKey(id, version) })),
    ...originals.map((one) => putRecord(variantKey(one.id, version), one)),
  ];
}
