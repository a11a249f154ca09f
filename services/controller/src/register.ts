// Registering an architecture: what is checked, and what one transaction then writes.

import { checkName, originalRecipe, ParetoError, recipeOf, recipes, type Architecture, type Task } from '@pareto/core';
import { checkManifest, manifestDigest, type BlobStore } from '@pareto/models';
import { labelsFromWire, manifestFromWire, type wire } from '@pareto/rpc';
import type { Compare } from '@pareto/state';
import { checkSignature, inspectFiles, signatureWith } from './check-model.js';
import type { Leader } from './leadership.js';
import type { Mirror } from './mirror.js';
import { claim, lastVersion, refuseTaken } from './name-claims.js';
import { originalVariants } from './outcome-variants.js';
import type { Stored } from './record-tables.js';
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

/** The same model again is a no-op that answers the version it has, but that other recipes, or all its variants, may be wanted now. */
export async function registerArchitecture(
  context: RegisterContext,
  request: wire.RegisterArchitectureRequest,
): Promise<Architecture> {
  const manifest = checkManifest(manifestFromWire(request.manifest));
  const name = checkName('architecture', request.name);
  const wishes = { recipes: recipesFromWire(request.recipes), keepAll: request.keepAll };
  const wanted: Wanted = {
    name,
    task: request.task,
    manifest,
    modelDigest: manifestDigest(manifest),
    labels: labelsFromWire(request.labels),
    ...wishes,
  };
  const isKnown = checkWanted(context.mirror, wanted).same !== undefined;
  const model = isKnown ? undefined : await inspectFiles(context.blobs, manifest);
  return context.takeTurn(`architecture ${name}`, async () => {
    const { task, same } = checkWanted(context.mirror, wanted);
    if (same !== undefined) return changeWishes(context, same, wanted);
    if (model === undefined) return undefined; // it was deleted meanwhile
    const { signature, fixedBatch } = model;
    checkSignature(task.value, signature, name);
    const version = lastVersion(context.mirror.records, name) + 1;
    const maxBatchSize = signature.batched ? context.maxBatchSize : 0;
    return writeArchitecture(context, { ...wanted, version, signature, fixedBatch, maxBatchSize }, task);
  });
}

type Wanted = Pick<Architecture, 'name' | 'task' | 'manifest' | 'modelDigest' | 'recipes' | 'keepAll' | 'labels'>;

/** All when none is named; the original always. Throws `invalid-argument` on one that is not built. */
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
  /** The version that is this very model. */
  readonly same: Stored<Architecture> | undefined;
}

/** Throws unless the task is there and the name is free, or already the name of this task's architecture. */
function checkWanted({ records }: Mirror, { name, task: taskName, modelDigest }: Wanted): Found {
  const task = records.tasks.get(taskKey(taskName));
  if (task === undefined) throw new ParetoError('not-found', `there is no task ${taskName}: register it first`);
  refuseTaken(records, name, 'architecture');
  const versions = [...records.architectures.values()].filter(({ value }) => value.name === name);
  checkTask(versions[0]?.value, taskName);
  return { task, same: versions.find(({ value }) => value.modelDigest === modelDigest) };
}

function checkTask(known: Architecture | undefined, task: string): void {
  if (known === undefined || known.task === task) return;
  throw new ParetoError(
    'already-exists',
    `architecture ${known.name} belongs to task ${known.task}: choose another name`,
  );
}

/** What was made stays, also when it is wanted no more. */
async function changeWishes(
  { leader }: RegisterContext,
  { key, value, modRevision }: Stored<Architecture>,
  { recipes: wanted, keepAll }: Wanted,
): Promise<Architecture | undefined> {
  if (value.keepAll === keepAll && value.recipes.join() === wanted.join()) return value;
  const changed = { ...value, recipes: wanted, keepAll };
  return (await leader.write([{ kind: 'revision', key, modRevision }], [putRecord(key, changed)]))
    ? changed
    : undefined;
}

async function writeArchitecture(
  { leader, mirror }: RegisterContext,
  architecture: Architecture,
  task: Stored<Task>,
): Promise<Architecture | undefined> {
  const { name, version, signature } = architecture;
  const record: NameRecord = { kind: 'architecture', current: version };
  const compares: readonly Compare[] = [
    claim(mirror.records, name),
    { kind: 'revision', key: task.key, modRevision: task.modRevision },
  ];
  const operations = [
    putRecord(nameKey(name), record),
    putRecord(architectureKey(name, version), architecture),
    ...originalVariants(mirror.records, architecture).map((one) => putRecord(variantKey(one.id, version), one)),
    // Written each time, so that a deletion of the task that comes meanwhile is refused.
    putRecord(task.key, { ...task.value, signature: signatureWith(task.value, signature) }),
  ];
  return (await leader.write(compares, operations)) ? architecture : undefined;
}
