// The registration of a task.

import {
  checkName,
  defaultMetric,
  defaultMinAgreement,
  digest,
  ParetoError,
  resolveObjective,
  type Task,
} from '@pareto/core';
import { metricFromWire, objectiveFromWire, type wire } from '@pareto/protocol';
import { checkBlob } from './check-model.js';
import { claim, lastVersion, checkNameFree } from './name-claims.js';
import { nameKey, putRecord, taskKey, type NameRecord } from '../storage/records.js';
import type { RegisterContext } from './register-context.js';

/**
 * Registers a task. Fields that the request leaves out are those of the task if it exists, otherwise the defaults. Throws
 * `already-exists` if a field differs from that of the existing task.
 */
export async function registerTask(context: RegisterContext, request: wire.RegisterTaskRequest): Promise<Task> {
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
    const known = records.tasks.get(taskKey(name))?.value;
    if (known !== undefined) return checkDefinition(known, given);
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
    minAgreement: given.minAgreement ?? known.minAgreement ?? defaultMinAgreement[known.metric],
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
  const { validation = 'none', minAgreement = defaultMinAgreement[metric] } = rest;
  return {
    ...{ metric, validation, min_agreement: `${minAgreement}`, latency_ms: `${latencyMs}` },
    ...{ min_accuracy: `${minAccuracy ?? 'none'}`, accuracy_bound: accuracyBound },
    ...{ max_cost_per_1k: `${maxCostPer1k ?? 'none'}`, class: others.class, degrade: others.degrade },
  };
}

async function writeTask({ leader, mirror }: RegisterContext, task: Task): Promise<Task | undefined> {
  const { name } = task;
  const nameRecord: NameRecord = { kind: 'task', current: lastVersion(mirror.records, name) };
  const operations = [putRecord(nameKey(name), nameRecord), putRecord(taskKey(name), task)];
  return (await leader.write([claim(mirror.records, name)], operations)) ? task : undefined;
}
