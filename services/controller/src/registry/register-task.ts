// The registration of a task.

import { checkName, defaultMetric, digest, ParetoError, type Task } from '@pareto/core';
import { metricFromWire, objectiveFromWire, type wire } from '@pareto/protocol';
import { checkBlob } from './check-model.js';
import type { Mirror } from '../storage/mirror.js';
import { claim, lastVersion, checkNameFree } from './name-claims.js';
import { nameKey, putRecord, taskKey, type NameRecord } from '../storage/records.js';
import type { RegisterContext } from './register.js';

/** Registers a task. An identical definition changes nothing, another one throws `already-exists`. */
export async function registerTask(context: RegisterContext, request: wire.RegisterTaskRequest): Promise<Task> {
  const name = checkName('task', request.name);
  const wanted = {
    name,
    metric: metricFromWire(request.metric === '' ? defaultMetric : request.metric),
    defaultObjective: objectiveFromWire(request.defaultObjective),
    validation: request.validationDigest === '' ? undefined : digest(request.validationDigest),
    minAgreement: checkAgreement(request.minAgreement),
  };
  if (wanted.validation !== undefined) await checkBlob(context.blobs, 'validation set', wanted.validation);
  return context.runExclusive(`task ${name}`, async () => {
    const known = knownTask(context.mirror, wanted);
    return known ?? writeTask(context, { ...wanted, signature: undefined });
  });
}

function checkAgreement(minAgreement: number | undefined): number | undefined {
  if (minAgreement === undefined || (minAgreement >= 0 && minAgreement <= 1)) return minAgreement;
  throw new ParetoError('invalid-argument', `the minimum agreement is ${minAgreement}, expected a number from 0 to 1`);
}

/** Returns the task if it is registered. Throws `already-exists` if the name is in use or the definition differs. */
function knownTask({ records }: Mirror, wanted: Omit<Task, 'signature'>): Task | undefined {
  const { name } = wanted;
  const known = records.tasks.get(taskKey(name))?.value;
  if (known !== undefined && sameDefinition(known, wanted)) return known;
  checkNameFree(records, name, 'task');
  if (known === undefined) return undefined;
  throw new ParetoError(
    'already-exists',
    `task ${name} exists with another definition: delete it first, or register with the existing definition`,
  );
}

async function writeTask({ leader, mirror }: RegisterContext, task: Task): Promise<Task | undefined> {
  const { name } = task;
  const nameRecord: NameRecord = { kind: 'task', current: lastVersion(mirror.records, name) };
  const operations = [putRecord(nameKey(name), nameRecord), putRecord(taskKey(name), task)];
  return (await leader.write([claim(mirror.records, name)], operations)) ? task : undefined;
}

type Definition = Pick<Task, 'metric' | 'defaultObjective' | 'validation' | 'minAgreement'>;

const sameDefinition = (a: Definition, b: Definition): boolean =>
  JSON.stringify([a.metric, a.validation, a.minAgreement, Object.entries(a.defaultObjective).sort()]) ===
  JSON.stringify([b.metric, b.validation, b.minAgreement, Object.entries(b.defaultObjective).filter(isSet).sort()]);

const isSet = ([, value]: readonly [string, unknown]): boolean => value !== undefined;
