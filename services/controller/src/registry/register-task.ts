// The registration of a task.

import type { BlobStore } from '@pareto/blobs';
import { checkName, defaultMetric, metricForms, digest, ParetoError, resolveObjective, type Task } from '@pareto/core';
import { metricFromWire, objectiveFromWire, type wire } from '@pareto/protocol';
import { checkBlob } from './check-model.js';
import { claim, lastVersion, checkNameFree } from './name-claims.js';
import type { RegisterContext } from './register-context.js';
import { withOtherSamples } from './remeasure.js';
import { writeUnchanged } from '../leadership/write-all.js';
import { unchangedSince, type Stored } from '../storage/record-tables.js';
import { nameKey, putRecord, taskKey, type NameRecord } from '../storage/records.js';

interface TaskContext extends Pick<RegisterContext, 'leader' | 'mirror' | 'runExclusive'> {
  readonly blobs: Pick<BlobStore, 'status'>;
}

/**
 * Registers a task. Fields that the request leaves out are those of the task if it exists, otherwise the defaults. Throws
 * `already-exists` if a field differs from that of the existing task. A task without a validation set gets that of the
 * request, with its metric and agreement, and its models are measured on it.
 */
export async function registerTask(context: TaskContext, request: wire.RegisterTaskRequest): Promise<Task> {
  const name = checkName('task', request.name);
  const given: Given = {
    metric: request.metric === '' ? undefined : metricFromWire(request.metric),
    defaultObjective: objectiveFromWire(request.defaultObjective),
    validation: request.validationDigest === '' ? undefined : digest(request.validationDigest),
    minAgreement: checkAgreement(request.minAgreement),
  };
  if (given.validation !== undefined) await checkBlob(context.blobs, 'validation set', given.validation);
  return context.runExclusive(`task ${name}`, async () => {
    const { records } = context.mirror;
    const known = records.tasks.get(taskKey(name));
    const sampled = known && withSamples(known.value, given);
    if (known !== undefined && sampled !== undefined) return writeSamples(context, known, sampled);
    if (known !== undefined) return checkDefinition(known.value, given);
    checkNameFree(records, name, 'task');
    return writeTask(context, { ...given, name, metric: given.metric ?? defaultMetric, signature: undefined });
  });
}

type Definition = Omit<Task, 'name' | 'signature'>;

/** The fields that a request sets. */
type Given = Omit<Definition, 'metric'> & { readonly metric: Definition['metric'] | undefined };

function checkAgreement(minAgreement: number | undefined): number | undefined {
  if (minAgreement === undefined || (minAgreement >= 0 && minAgreement <= 1)) return minAgreement;
  throw new ParetoError('invalid-argument', `the minimum agreement is ${minAgreement}, expected a number from 0 to 1`);
}

/** Returns the task. Throws `already-exists` with the fields that differ from it. */
function checkDefinition(known: Task, given: Given): Task {
  const before = shownFields(known);
  const after = shownFields({
    metric: given.metric ?? known.metric,
    defaultObjective: resolveObjective(given.defaultObjective, known.defaultObjective),
    validation: given.validation ?? known.validation,
    minAgreement: given.minAgreement ?? known.minAgreement ?? metricForms[known.metric].minAgreement,
  });
  const fields = Object.keys(before).filter((field) => before[field] !== after[field]);
  if (fields.length === 0) return known;
  const differences = fields.map((field) => `${field} is ${before[field]}, not ${after[field]}`).join('; ');
  const flags = fields.map((field) => `--${field.replaceAll('_', '-')}`).join(', ');
  throw new ParetoError(
    'already-exists',
    `task ${known.name} exists with another definition: ${differences}; leave out ${flags} to use the task as it is, or choose another name`,
  );
}

/** Returns the fields of a definition by the names of their flags, and the text that an error shows for each. */
function shownFields({ metric, defaultObjective, ...rest }: Definition): Readonly<Record<string, string>> {
  const { latencyMs, minAccuracy, accuracyBound, maxCostPer1k, ...others } = resolveObjective(defaultObjective);
  const { validation = 'none', minAgreement = metricForms[metric].minAgreement } = rest;
  return {
    ...{ metric, validation, min_agreement: `${minAgreement}`, latency_ms: `${latencyMs}` },
    ...{ min_accuracy: `${minAccuracy ?? 'none'}`, accuracy_bound: accuracyBound },
    ...{ max_cost_per_1k: `${maxCostPer1k ?? 'none'}`, class: others.class, degrade: others.degrade },
    prefer: others.prefer,
  };
}

/**
 * Returns the task with the validation set of the request. Undefined if the request has none, or the task has one. Throws
 * as `checkDefinition` does for fields that no samples determine.
 */
function withSamples(known: Task, { validation, ...given }: Given): Task | undefined {
  if (validation === undefined || known.validation !== undefined) return undefined;
  const { metric = known.metric, minAgreement = known.minAgreement } = given;
  return checkDefinition({ ...known, metric, validation, minAgreement }, { ...given, validation });
}

/** Writes the task after the records of its models, so that a repetition after a failure completes the change. */
async function writeSamples(
  { leader, mirror: { records } }: TaskContext,
  before: Stored<Task>,
  task: Task,
): Promise<Task | undefined> {
  const own = Array.from(records.architectures.values(), ({ value }) => value).filter((one) => one.task === task.name);
  const names = new Set(own.map(({ name }) => name));
  const operations = [...[...names].flatMap((name) => withOtherSamples(records, name)), putRecord(before.key, task)];
  return (await writeUnchanged(leader, records, operations, [unchangedSince(before.key, before)])) ? task : undefined;
}

async function writeTask({ leader, mirror }: TaskContext, task: Task): Promise<Task | undefined> {
  const { name } = task;
  const nameRecord: NameRecord = { kind: 'task', current: lastVersion(mirror.records, name) };
  const operations = [putRecord(nameKey(name), nameRecord), putRecord(taskKey(name), task)];
  return (await leader.write([claim(mirror.records, name)], operations)) ? task : undefined;
}
