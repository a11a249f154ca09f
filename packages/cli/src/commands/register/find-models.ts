// Finds the models named on the command line: files, folders, repositories, archives and remote addresses.

import { stat } from 'node:fs/promises';
import { checkName, errorText, ParetoError } from '@pareto/core';
import { foreignModel, obtainModels, readRepository, type ConfigRemark, type UnusableModel } from '@pareto/models';
import { modelAt, type LocalModel } from './register-models.js';
import { renameModel } from './rename-model.js';

export interface FoundModel extends LocalModel {
  /** Fields of its configuration that are not applied. */
  readonly remarks: readonly ConfigRemark[];
}

/** Found models. Fetched files are deleted on disposal. */
export interface FoundModels extends AsyncDisposable {
  readonly models: readonly FoundModel[];
  /** Models that can't be registered, with the reasons. */
  readonly others: readonly UnusableModel[];
}

export interface FindOptions {
  /** Name for a single model, in place of that of its file or folder. */
  readonly name?: string | undefined;
  /** Batch size limit of all models. Undefined to use the limit in each model's configuration. */
  readonly maxBatchSize?: number | undefined;
  /** Paths of label files by output, for a single model. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** New names of inputs and outputs by those in the graph, for a single model. */
  readonly map?: Readonly<Record<string, string>> | undefined;
  readonly s3Endpoint?: string | undefined;
  /** Limit of the size of all files of one source, and of an unpacked archive. */
  readonly maxBytes?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (file: string, receivedBytes: number, totalBytes: number | undefined) => void;
}

/**
 * Finds and fetches the models at `paths`. Throws `invalid-argument` if there is no model at all, for example after a
 * shell pattern without a match. Models that can't be registered are returned in `others`.
 */
export async function findModels(paths: readonly string[], options: FindOptions): Promise<FoundModels> {
  const fetched: AsyncDisposable[] = [];
  const discard = async (): Promise<void> => {
    for (const one of fetched) await one[Symbol.asyncDispose]();
  };
  try {
    return { ...(await findAll(paths, options, fetched)), [Symbol.asyncDispose]: discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function findAll(paths: readonly string[], options: FindOptions, fetched: AsyncDisposable[]): Promise<Found> {
  const found: Found[] = [];
  for (const path of paths) found.push(await findAt(path, options, fetched));
  const others = found.flatMap((one) => one.others);
  const models = nameModels(
    found.flatMap((one) => one.models),
    options,
  );
  if (others.length === 0 && !(await Promise.all(models.map(isModel))).includes(true)) {
    throw new ParetoError('invalid-argument', `there is no .onnx file at ${paths.join(' or ')}`);
  }
  const refused = models.map(nameProblem);
  const named = models.filter((_, i) => refused[i] === undefined);
  return {
    models: await Promise.all(named.map((model) => mapTensors(model, options, fetched))),
    others: [...others, ...refused.filter((one) => one !== undefined)],
  };
}

type Found = Pick<FoundModels, 'models' | 'others'>;

const isUri = (given: string): boolean => /^[a-zA-Z][a-zA-Z0-9+.-]+:\/\//.test(given);
const isArchive = (given: string): boolean => /\.(tar\.gz|tgz|tar|zip)$/i.test(given);

async function findAt(path: string, options: FindOptions, fetched: AsyncDisposable[]): Promise<Found> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder && !isUri(path) && !isArchive(path)) return findFile(path);
  const obtained = await obtainModels(path, options);
  fetched.push(obtained);
  return (await isFile(obtained.path)) ? findFile(obtained.path) : readRepository(obtained.path, obtained.name);
}

/** Returns the file as a model, or why it is skipped if it is a model of another format. */
async function findFile(path: string): Promise<Found> {
  const foreign = (await isFile(path)) ? foreignModel(path) : undefined;
  if (foreign !== undefined) return { models: [], others: [foreign] };
  return { models: [{ ...modelAt(path), remarks: [] }], others: [] };
}

function nameModels(models: readonly FoundModel[], options: FindOptions): readonly FoundModel[] {
  const { name, maxBatchSize, labels, map } = options;
  const count = new Set(models.map((model) => model.name)).size;
  for (const [flag, value] of [
    ['--name', name],
    ['--labels', labels],
    ['--map', map],
  ] as const) {
    if (value === undefined || count <= 1) continue;
    throw new ParetoError(
      'invalid-argument',
      `${flag} applies to a single model, but ${count} were given: omit it, or register the models one at a time`,
    );
  }
  return models.map((model) => ({
    ...model,
    ...(name === undefined ? {} : { name }),
    ...(maxBatchSize === undefined ? {} : { maxBatchSize }),
    ...(labels === undefined ? {} : { labels }),
  }));
}

/** Returns the model with the new names of its inputs and outputs, if there are any. */
async function mapTensors(model: FoundModel, { map }: FindOptions, fetched: AsyncDisposable[]): Promise<FoundModel> {
  if (map === undefined) return model;
  const renamed = await renameModel(model.path, map);
  fetched.push(renamed);
  return { ...model, path: renamed.path };
}

function nameProblem({ name }: FoundModel): UnusableModel | undefined {
  try {
    checkName('architecture', name);
    return undefined;
  } catch (error) {
    return { name, kind: 'refused', reason: `${errorText(error)}; register it separately, with --name` };
  }
}

const isModel = async ({ path }: LocalModel): Promise<boolean> => path.endsWith('.onnx') && (await isFile(path));

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
