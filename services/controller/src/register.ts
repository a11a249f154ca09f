// Registering: what is checked, and what one transaction then writes.

import {
  checkName,
  digest,
  formatVariant,
  originalRecipe,
  ParetoError,
  type Architecture,
  type Task,
  type Variant,
} from '@pareto/core';
import { checkManifest, manifestDigest, type BlobStore } from '@pareto/models';
import { manifestFromWire, metricFromWire, objectiveFromWire, type wire } from '@pareto/rpc';
import type { Compare, Operation } from '@pareto/state';
import { checkBlob, checkSignature, inspectFiles } from './check-model.js';
import type { Leader } from './leadership.js';
import type { Mirror, Stored } from './mirror.js';
import { architectureKey, nameKey, putRecord, taskKey, variantKey, type NameRecord } from './records.js';

export interface RegisterContext {
  readonly mirror: Mirror;
  readonly leader: Leader;
  readonly blobs: BlobStore;
  /** Of a model with a dynamic batch. */
  readonly maxBatchSize: number;
}

/** The same definition again is a no-op; another one throws `already-exists`. */
export async function registerTask(context: RegisterContext, request: wire.RegisterTaskRequest): Promise<Task> {
  const name = checkName('task', request.name);
  const wanted = {
    name,
    metric: metricFromWire(request.metric === '' ? 'top1' : request.metric),
    defaultObjective: objectiveFromWire(request.defaultObjective),
    validation: request.validationDigest === '' ? undefined : digest(request.validationDigest),
  };
  if (wanted.validation !== undefined) await checkBlob(context.blobs, 'validation set', wanted.validation);
  const known = context.mirror.records.tasks.get(taskKey(name))?.value;
  if (known !== undefined && sameDefinition(known, wanted)) return known;
  refuseTaken(context.mirror, name, 'task');
  if (known !== undefined) {
    throw new ParetoError(
      'already-exists',
      `task ${name} exists with another definition: delete it first, or use its own`,
    );
  }
  const task: Task = { ...wanted, signature: undefined };
  const record: NameRecord = { kind: 'task' };
  await write(
    context,
    [claim(context.mirror, name)],
    [putRecord(nameKey(name), record), putRecord(taskKey(name), task)],
    `task ${name}`,
  );
  return task;
}

type Definition = Pick<Task, 'metric' | 'defaultObjective' | 'validation'>;

const sameDefinition = (a: Definition, b: Definition): boolean =>
  JSON.stringify([a.metric, a.validation, Object.entries(a.defaultObjective).sort()]) ===
  JSON.stringify([b.metric, b.validation, Object.entries(b.defaultObjective).filter(isSet).sort()]);

const isSet = ([, value]: readonly [string, unknown]): boolean => value !== undefined;

/** The same model again is a no-op that answers the version it has. */
export async function registerArchitecture(
  context: RegisterContext,
  request: wire.RegisterArchitectureRequest,
): Promise<Architecture> {
  const name = checkName('architecture', request.name);
  const manifest = checkManifest(manifestFromWire(request.manifest));
  const { records } = context.mirror;
  const task = records.tasks.get(taskKey(request.task));
  if (task === undefined) throw new ParetoError('not-found', `there is no task ${request.task}: register it first`);
  refuseTaken(context.mirror, name, 'architecture');
  const modelDigest = manifestDigest(manifest);
  const versions = versionsOf(context.mirror, name);
  const same = versions.find((version) => version.modelDigest === modelDigest);
  checkTask(versions[0], request.task);
  if (same !== undefined) return same;

  const signature = await inspectFiles(context.blobs, manifest);
  checkSignature(task.value, signature, name);
  const holder = records.names.get(nameKey(name))?.value;
  const version = (holder === undefined || holder.kind === 'task' ? 0 : holder.current) + 1;
  const maxBatchSize = signature.batched ? context.maxBatchSize : 0;
  const architecture: Architecture = {
    name,
    version,
    task: request.task,
    modelDigest,
    manifest,
    signature,
    maxBatchSize,
  };
  await writeArchitecture(context, architecture, task);
  return architecture;
}

async function writeArchitecture(
  context: RegisterContext,
  architecture: Architecture,
  task: Stored<Task>,
): Promise<void> {
  const { name, version, signature } = architecture;
  const variant = originalVariant(architecture);
  const record: NameRecord = { kind: 'architecture', current: version };
  const compares: readonly Compare[] = [
    claim(context.mirror, name),
    { kind: 'revision', key: task.key, modRevision: task.modRevision },
  ];
  const operations = [
    putRecord(nameKey(name), record),
    putRecord(architectureKey(name, version), architecture),
    putRecord(variantKey(variant.id, version), variant),
    // Written each time, so that a deletion of the task that comes meanwhile is refused.
    putRecord(task.key, { ...task.value, signature: task.value.signature ?? signature }),
  ];
  await write(context, compares, operations, `architecture ${name}`);
}

const originalVariant = ({ name, version, task, modelDigest, manifest }: Architecture): Variant => ({
  id: formatVariant(name, originalRecipe, 'cpu'),
  architecture: name,
  version,
  task,
  recipe: originalRecipe,
  provider: 'cpu',
  modelDigest,
  manifest,
  quarantineReason: undefined,
});

const versionsOf = ({ records }: Mirror, name: string): readonly Architecture[] =>
  Array.from(records.architectures.values(), ({ value }) => value).filter((architecture) => architecture.name === name);

/** Holds while nobody else has taken the name meanwhile. */
function claim({ records }: Mirror, name: string): Compare {
  const key = nameKey(name);
  const held = records.names.get(key);
  return held === undefined ? { kind: 'absent', key } : { kind: 'revision', key, modRevision: held.modRevision };
}

function refuseTaken({ records }: Mirror, name: string, kind: NameRecord['kind']): void {
  const holder = records.names.get(nameKey(name))?.value.kind;
  if (holder === undefined || holder === 'free' || holder === kind) return;
  throw new ParetoError(
    'already-exists',
    `${name} is the name of a ${holder}: tasks and architectures share one namespace`,
  );
}

function checkTask(known: Architecture | undefined, task: string): void {
  if (known === undefined || known.task === task) return;
  throw new ParetoError(
    'already-exists',
    `architecture ${known.name} belongs to task ${known.task}: choose another name`,
  );
}

async function write(
  { leader }: RegisterContext,
  compares: readonly Compare[],
  operations: readonly Operation[],
  what: string,
): Promise<void> {
  if (await leader.write(compares, operations)) return;
  throw new ParetoError('aborted', `${what} was changed by somebody else at the same time: try again`);
}
