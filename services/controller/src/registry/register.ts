// The registration of an architecture.

import { checkDigest, checkManifest, manifestDigest } from '@pareto/blobs';
import {
  checkName,
  originalRecipe,
  ownTaskOf,
  ParetoError,
  recipeOf,
  recipes,
  type Architecture,
  type Task,
  type VersionChange,
} from '@pareto/core';
import { signatureFor, type InspectedModel } from '@pareto/models';
import { rollbackInForce } from '@pareto/policy';
import { labelsFromWire, manifestFromWire, type wire } from '@pareto/protocol';
import type { Compare } from '@pareto/state';
import { changeArchitecture } from './change-architecture.js';
import { checkLabelFiles, checkLabelledOutputs } from './check-labels.js';
import { inspectFiles } from './check-model.js';
import { checkSignature, signatureWith } from './check-signature.js';
import { joinTask } from './join-task.js';
import type { Mirror } from '../storage/mirror.js';
import { claim, currentVersion, lastVersion, changesOf, checkNameFree, withVersion } from './name-claims.js';
import { originalVariants } from './outcome-variants.js';
import type { Stored } from '../storage/record-tables.js';
import { architectureKey, nameKey, putRecord, taskKey, variantKey } from '../storage/records.js';
import type { RegisterContext } from './register-context.js';
import { withRewrittenModel } from './rewrite-model.js';
import { checkUsable, makeCurrent } from './rollback.js';
import { writeUnchanged } from '../leadership/write-all.js';

export interface Registered {
  readonly architecture: Architecture;
  /** Version that was current before, if the registered model is an older version, which is current again. */
  readonly rolledBackFrom?: number;
  /** Rollback for which another version stays current. */
  readonly keptBy?: VersionChange;
}

/**
 * Registers a model as a new version of an architecture. A model that is registered already keeps its version, and gets
 * the recipes, labels, batches and `keep_dominated` of the request. Unless the request names a version, or an operator went back
 * to another one, it becomes the current version. A model that can't be served as it is (an outdated opset, maps as outputs) is replaced by the rewritten
 * one.
 */
export async function registerArchitecture(
  context: RegisterContext,
  request: wire.RegisterArchitectureRequest,
): Promise<Registered> {
  const { blobs, mirror } = context;
  const wanted = wantedFromWire(request);
  const { manifest } = wanted;
  const before = checkWanted(mirror, wanted).same?.value;
  await checkLabelFiles(blobs, wanted.labels);
  const needsInspection = before === undefined || changesBatch(before, wanted);
  const model = needsInspection ? await inspectFiles(context, manifest) : undefined;
  if (model?.isRewritten !== true) return registerModel(context, wanted, model);
  return withRewrittenModel(context, wanted, model.labels, (rewritten, found) =>
    registerModel(context, { ...wanted, ...rewritten }, found),
  );
}

function registerModel(
  context: RegisterContext,
  wanted: Wanted,
  model: InspectedModel | undefined,
): Promise<Registered> {
  const { mirror } = context;
  const { name, labels } = wanted;
  return context.runExclusive(`architecture ${name}`, async () => {
    const { task, same, joins } = checkWanted(mirror, wanted);
    // The next attempt registers the model in the task.
    const join = (): Promise<undefined> => joinTask(context, name, task).then(() => undefined);
    if (model === undefined && (same === undefined || changesBatch(same.value, wanted))) return undefined; // a concurrent change
    if (same !== undefined) {
      if (!joins) return registerAgain(context, same, wanted, model);
      await checkAgain(context, { ...same, value: { ...same.value, task: wanted.task } }, wanted, model);
      return join();
    }
    if (model === undefined) return undefined;
    const batch = batchOf(context, model, wanted.batchSize);
    checkLabelledOutputs(labels, batch.signature);
    checkSignature(mirror.records, task.value, batch, name);
    if (joins) return join();
    const { batchSize: _size, version: _version, by, ...fields } = wanted;
    const architecture = { ...fields, ...batch, version: nextVersion(mirror.records, wanted) };
    return (await writeArchitecture(context, architecture, task, by)) ? { architecture } : undefined;
  });
}

type Wanted = Pick<Architecture, 'name' | 'task' | 'manifest' | 'modelDigest' | 'recipes' | 'keepAll' | 'labels'> & {
  /** Maximum batch size. 0 means no batch. Undefined means as in the graph, or unchanged. */
  readonly batchSize: number | undefined;
  /** Requested version. 0 means the next one. */
  readonly version: number;
  /** Operator. Empty if unknown. */
  readonly by: string;
};

const batchSizeLimit = 65_536;

function wantedFromWire(request: wire.RegisterArchitectureRequest): Wanted {
  const manifest = checkManifest(manifestFromWire(request.manifest));
  const { task, keepDominated: keepAll, version, maxBatchSize: batchSize, actor: by } = request;
  if (batchSize !== undefined && batchSize > batchSizeLimit) {
    throw new ParetoError('invalid-argument', `max_batch_size is ${batchSize}: expected at most ${batchSizeLimit}`);
  }
  const labels = labelsFromWire(request.labels);
  for (const content of Object.values(labels)) checkDigest(content);
  return {
    ...{ name: checkName('architecture', request.name), task, manifest, modelDigest: manifestDigest(manifest) },
    ...{ recipes: recipesFromWire(request.recipes), keepAll, labels, batchSize, version, by },
  };
}

/** Returns whether the request changes the batch, so that the graph must be inspected. */
function changesBatch({ signature, fixedBatch }: Architecture, { batchSize }: Wanted): boolean {
  if (batchSize === undefined) return false;
  return batchSize > 0 ? !signature.batched : signature.batched || fixedBatch !== undefined;
}

type Batch = Pick<Architecture, 'signature' | 'maxBatchSize' | 'fixedBatch'>;

/** Returns the batch of the model. If the request sets a batch size, a fixed batch is not made dynamic. */
function batchOf(context: RegisterContext, model: InspectedModel, batchSize: number | undefined): Batch {
  const signature = signatureFor(model, batchSize);
  const maxBatchSize = signature.batched ? (batchSize ?? context.maxBatchSize) : 0;
  return { signature, maxBatchSize, fixedBatch: batchSize === undefined ? model.fixedBatch : undefined };
}

/** Returns the requested version if it is above all earlier ones, otherwise the next one. */
function nextVersion(records: Mirror['records'], { name, version }: Wanted): number {
  return Math.max(version, lastVersion(records, name) + 1);
}

/**
 * Returns the requested recipes with the original, or all recipes if none is named. Throws `invalid-argument` for an
 * unknown recipe.
 */
function recipesFromWire(names: readonly string[]): readonly string[] {
  const known = recipes.map(({ name }) => name);
  for (const name of names) {
    if (recipeOf(name) !== undefined) continue;
    const expected = `expected some of ${known.join(', ')}`;
    throw new ParetoError('invalid-argument', `recipe ${JSON.stringify(name.slice(0, 100))} is not known: ${expected}`);
  }
  return names.length === 0 ? known : known.filter((name) => name === originalRecipe || names.includes(name));
}

interface Found {
  readonly task: Stored<Task>;
  /** The version with the same model, if there is one. */
  readonly same: Stored<Architecture> | undefined;
  /** Set if the architecture has its own task, and is to join another one. */
  readonly joins: boolean;
}

/**
 * Throws `not-found` if the task is missing, and `already-exists` if the name belongs to a task or to an architecture
 * of another task that is not its own.
 */
function checkWanted({ records }: Mirror, { name, task: taskName, modelDigest, version }: Wanted): Found {
  const task = records.tasks.get(taskKey(taskName));
  if (task === undefined) throw new ParetoError('not-found', `there is no task ${taskName}: register it first`);
  checkNameFree(records, name, 'architecture');
  const versions = [...records.architectures.values()].filter(({ value }) => value.name === name);
  const elsewhere = versions.find(({ value }) => value.task !== taskName)?.value;
  if (elsewhere !== undefined && elsewhere.task !== ownTaskOf(name)) throw taskError(elsewhere);
  const alike = versions.filter(({ value }) => value.modelDigest === modelDigest);
  const named = (wanted: number) => alike.find(({ value }) => value.version === wanted);
  const isNext = version > lastVersion(records, name);
  const same = named(version) ?? (isNext ? undefined : (named(currentVersion(records, name)) ?? alike[0]));
  return { task, same, joins: elsewhere !== undefined };
}

const taskError = ({ name, task }: Architecture): ParetoError =>
  new ParetoError('already-exists', `architecture ${name} belongs to task ${task}: choose another name`);

/** Applies the changes of the request and makes the version the current one, unless it names a version or a rollback is in force. */
async function registerAgain(
  context: RegisterContext,
  same: Stored<Architecture>,
  wanted: Wanted,
  model: InspectedModel | undefined,
): Promise<Registered | undefined> {
  const architecture = await applyChanges(context, same, wanted, model);
  if (architecture === undefined || wanted.version !== 0) return architecture && { architecture };
  const keptBy = rollbackInForce(changesOf(context.mirror.records, architecture.name), architecture.version);
  if (keptBy !== undefined) return { architecture, keptBy };
  const author = { by: wanted.by, reason: 'its files were registered again' };
  const from = await makeCurrent(context, architecture, author);
  if (from === undefined) return undefined;
  return from === architecture.version ? { architecture } : { architecture, rolledBackFrom: from };
}

/** Throws what `registerAgain` would throw after the architecture has joined the task that is set in `same`. */
async function checkAgain(
  context: RegisterContext,
  same: Stored<Architecture>,
  wanted: Wanted,
  model: InspectedModel | undefined,
): Promise<void> {
  const { blobs, mirror } = context;
  const { records } = mirror;
  const { name, version } = same.value;
  const { batch } = planChanges(context, same, wanted, model);
  const stays =
    currentVersion(records, name) === version || rollbackInForce(changesOf(records, name), version) !== undefined;
  // A new batch may replace the measurements that would be checked.
  if (wanted.version === 0 && batch === undefined && !stays) await checkUsable(blobs, records, same.value);
}

async function applyChanges(
  context: RegisterContext,
  same: Stored<Architecture>,
  wanted: Wanted,
  model: InspectedModel | undefined,
): Promise<Architecture | undefined> {
  const { change } = planChanges(context, same, wanted, model);
  if (change === undefined) return same.value;
  const { leader, mirror } = context;
  return (await writeUnchanged(leader, mirror.records, change.operations)) ? change.changed : undefined;
}

/** Returns the changes that the request makes, if any. Throws `invalid-argument` if they do not fit the model or the task. */
function planChanges(
  context: RegisterContext,
  same: Stored<Architecture>,
  wanted: Wanted,
  model: InspectedModel | undefined,
): { readonly batch: Batch | undefined; readonly change: ReturnType<typeof changeArchitecture> } {
  const { recipes, keepAll, labels } = wanted;
  const batch = newBatch(context, same.value, wanted, model);
  checkLabelledOutputs(labels, batch?.signature ?? same.value.signature);
  return { batch, change: changeArchitecture(context.mirror.records, same, { recipes, keepAll, labels, batch }) };
}

/**
 * Returns the new batch, or undefined if it stays. A batch that was made dynamic stays so, although the graph's is
 * fixed.
 */
function newBatch(
  context: RegisterContext,
  { signature, fixedBatch }: Architecture,
  { batchSize }: Wanted,
  model: InspectedModel | undefined,
): Batch | undefined {
  if (batchSize === undefined) return undefined;
  if (batchSize > 0 && signature.batched) return { signature, fixedBatch, maxBatchSize: batchSize };
  return model && batchOf(context, model, batchSize);
}

/** Returns false after a conflicting write. */
function writeArchitecture(
  { leader, mirror, clock }: RegisterContext,
  architecture: Architecture,
  task: Stored<Task>,
  by: string,
): Promise<boolean> {
  const { name, version } = architecture;
  const author = { wallMs: clock.wallMs(), by, reason: 'registered' };
  const compares: readonly Compare[] = [
    claim(mirror.records, name),
    { kind: 'revision', key: task.key, modRevision: task.modRevision },
  ];
  const operations = [
    putRecord(nameKey(name), withVersion(mirror.records, name, version, author)),
    putRecord(architectureKey(name, version), architecture),
    ...originalVariants(mirror.records, architecture).map((one) => putRecord(variantKey(one.id, version), one)),
    // Always written, so that a concurrent deletion of the task conflicts.
    putRecord(task.key, { ...task.value, signature: signatureWith(mirror.records, task.value, architecture) }),
  ];
  return leader.write(compares, operations);
}
