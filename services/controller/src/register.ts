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
import type { Compare } from '@pareto/state';
import { checkBlob, checkSignature, inspectFiles } from './check-model.js';
import type { Leader } from './leadership.js';
import type { Mirror } from './mirror.js';
import { unchangedSince, type RecordView, type Stored } from './record-tables.js';
import type { TakeTurn } from './registry-turns.js';
import { architectureKey, nameKey, putRecord, taskKey, variantKey, type NameRecord } from './records.js';

export interface RegisterContext {
  readonly mirror: Mirror;
  readonly leader: Leader;
  readonly blobs: BlobStore;
  readonly takeTurn: TakeTurn;
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
  return context.takeTurn(`task ${name}`, async () => {
    const known = knownTask(context.mirror, wanted);
    return known ?? writeTask(context, { ...wanted, signature: undefined });
  });
}

/** Throws `already-exists` when the name is taken, or the task is defined otherwise. */
function knownTask({ records }: Mirror, wanted: Omit<Task, 'signature'>): Task | undefined {
  const { name } = wanted;
  const known = records.tasks.get(taskKey(name))?.value;
  if (known !== undefined && sameDefinition(known, wanted)) return known;
  refuseTaken(records, name, 'task');
  if (known === undefined) return undefined;
  throw new ParetoError(
    'already-exists',
    `task ${name} exists with another definition: delete it first, or use its own`,
  );
}

async function writeTask({ leader, mirror }: RegisterContext, task: Task): Promise<Task | undefined> {
  const { name } = task;
  const held: NameRecord = { kind: 'task', current: lastVersion(mirror, name) };
  const operations = [putRecord(nameKey(name), held), putRecord(taskKey(name), task)];
  return (await leader.write([claim(mirror.records, name)], operations)) ? task : undefined;
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
  const manifest = checkManifest(manifestFromWire(request.manifest));
  const name = checkName('architecture', request.name);
  const wanted: Wanted = { name, task: request.task, manifest, modelDigest: manifestDigest(manifest) };
  const known = checkWanted(context.mirror, wanted).same;
  if (known !== undefined) return known;
  const signature = await inspectFiles(context.blobs, manifest);
  return context.takeTurn(`architecture ${name}`, async () => {
    const { task, same } = checkWanted(context.mirror, wanted);
    if (same !== undefined) return same;
    checkSignature(task.value, signature, name);
    const version = lastVersion(context.mirror, name) + 1;
    const maxBatchSize = signature.batched ? context.maxBatchSize : 0;
    const made = { fixedBatch: undefined, recipes: [originalRecipe], keepAll: false };
    return writeArchitecture(context, { ...wanted, ...made, version, signature, maxBatchSize }, task);
  });
}

type Wanted = Pick<Architecture, 'name' | 'task' | 'manifest' | 'modelDigest'>;

interface Found {
  readonly task: Stored<Task>;
  /** The version that is this very model. */
  readonly same: Architecture | undefined;
}

/** Throws unless the task is there and the name is free, or already the name of this task's architecture. */
function checkWanted({ records }: Mirror, { name, task: taskName, modelDigest }: Wanted): Found {
  const task = records.tasks.get(taskKey(taskName));
  if (task === undefined) throw new ParetoError('not-found', `there is no task ${taskName}: register it first`);
  refuseTaken(records, name, 'architecture');
  const versions = Array.from(records.architectures.values(), ({ value }) => value).filter((one) => one.name === name);
  checkTask(versions[0], taskName);
  return { task, same: versions.find((version) => version.modelDigest === modelDigest) };
}

const lastVersion = ({ records }: Mirror, name: string): number => records.names.get(nameKey(name))?.value.current ?? 0;

async function writeArchitecture(
  { leader, mirror }: RegisterContext,
  architecture: Architecture,
  task: Stored<Task>,
): Promise<Architecture | undefined> {
  const { name, version, signature } = architecture;
  const variant = originalVariant(architecture);
  const record: NameRecord = { kind: 'architecture', current: version };
  const compares: readonly Compare[] = [
    claim(mirror.records, name),
    { kind: 'revision', key: task.key, modRevision: task.modRevision },
  ];
  const operations = [
    putRecord(nameKey(name), record),
    putRecord(architectureKey(name, version), architecture),
    putRecord(variantKey(variant.id, version), variant),
    // Written each time, so that a deletion of the task that comes meanwhile is refused.
    putRecord(task.key, { ...task.value, signature: task.value.signature ?? signature }),
  ];
  return (await leader.write(compares, operations)) ? architecture : undefined;
}

const originalVariant = ({ name, version, task, modelDigest, manifest }: Architecture): Variant => ({
  id: formatVariant(name, originalRecipe, 'cpu'),
  architecture: name,
  version,
  task,
  recipe: originalRecipe,
  provider: 'cpu',
  option: undefined,
  modelDigest,
  manifest,
  quarantineReason: undefined,
});

/** Holds while nobody else has taken the name meanwhile. */
const claim = ({ names }: RecordView, name: string): Compare => unchangedSince(nameKey(name), names.get(nameKey(name)));

function refuseTaken({ names }: RecordView, name: string, kind: NameRecord['kind']): void {
  const holder = names.get(nameKey(name))?.value.kind;
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
