// Finds the models in a folder: a repository in Triton's layout, the folder of one model in it, or a folder of `.onnx`
// files.

import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { describeForeignModel } from './foreign-models.js';
import { readModelFolder, versionNumber, type FoundModel, type UnusableModel } from './read-model-folder.js';

export interface Repository {
  /** Models in the order of their names and versions. */
  readonly models: readonly FoundModel[];
  /** Models that are not ONNX or can't be served. */
  readonly others: readonly UnusableModel[];
}

/**
 * Returns the models in a folder. `name` replaces the name of a folder that is a single model. Throws `invalid-argument`
 * if there is no model at all.
 */
export async function readRepository(folder: string, name?: string): Promise<Repository> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.name.startsWith('.'));
  const names = await Promise.all(
    entries.map(async (entry) => ((await isFolder(join(folder, entry.name))) ? `${entry.name}/` : entry.name)),
  );
  names.sort();
  const called = name ?? basename(await realpath(folder));
  if (names.includes('config.pbtxt') || names.some(isVersion)) return readModelFolder(folder, called);
  const folders = names.filter((one) => one.endsWith('/')).map((one) => one.slice(0, -1));
  const modelFolders = await filter(folders, (one) => isModelFolder(join(folder, one)));
  const files = names.filter((one) => one.endsWith('.onnx'));
  if (modelFolders.length === 0 && files.length > 0) return { models: plainModels(folder, files, called), others: [] };
  const read = await Promise.all(modelFolders.map((one) => readModelFolder(join(folder, one), one)));
  const plain = files.map((file) => ({
    ...{ name: basename(file, '.onnx'), kind: 'skipped' as const },
    reason: `${file} is next to folders of models: pass the file itself to register it`,
  }));
  const found = {
    models: read.flatMap(({ models }) => models),
    others: [...read.flatMap(({ others }) => others), ...plain],
  };
  if (found.models.length + found.others.length > 0) return found;
  const foreign = names.flatMap((file) => foreignModel(file) ?? []);
  if (foreign.length > 0) return { models: [], others: foreign };
  throw new ParetoError(
    'invalid-argument',
    `there is no model in ${folder}: expected NAME/1/model.onnx for each, or .onnx files${names.length === 0 ? '; it is empty' : ''}`,
  );
}

/** Returns why a file is skipped if it is a model of another format, with how to convert it. Undefined if it is not. */
export function foreignModel(file: string): UnusableModel | undefined {
  const what = describeForeignModel([file]);
  return what === undefined ? undefined : { name: basename(file), kind: 'skipped', reason: `it is ${what}` };
}

const isVersion = (entry: string): boolean => entry.endsWith('/') && versionNumber(entry.slice(0, -1)) !== undefined;

/** Returns the files as models. A single `model.onnx` is named after its folder. */
function plainModels(folder: string, files: readonly string[], called: string): readonly FoundModel[] {
  const isGeneric = files.length === 1 && files[0] === 'model.onnx';
  return files.map((file) => ({
    name: isGeneric ? called : basename(file, extname(file)),
    path: join(folder, file),
    ...{ version: undefined, maxBatchSize: undefined, labels: {}, remarks: [] },
  }));
}

/** Returns true for a folder with a configuration or a version. Other folders may exist next to models. */
async function isModelFolder(folder: string): Promise<boolean> {
  const entries: readonly string[] = await readdir(folder).catch(() => []);
  if (entries.includes('config.pbtxt')) return true;
  const versions = entries.filter((entry) => versionNumber(entry) !== undefined);
  return (await filter(versions, (version) => isFolder(join(folder, version)))).length > 0;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function filter<T>(all: readonly T[], keeps: (one: T) => Promise<boolean>): Promise<readonly T[]> {
  const kept = await Promise.all(all.map(keeps));
  return all.filter((_, i) => kept[i]);
}
