// Reads the folder of one model in a repository: its configuration, its versions, and the graph of each.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRelativePath } from '@pareto/blobs';
import { errorText, ParetoError } from '@pareto/core';
import { inspectModel } from '../inspection/inspect.js';
import { checkConfig } from './check-config.js';
import type { ConfigRemark } from './config-remarks.js';
import { describeForeignModel } from './foreign-models.js';
import { parseModelConfig, type ModelConfig } from './model-config.js';
import { chooseVersions } from './version-policy.js';

/** A version of a model. */
export interface FoundModel {
  readonly name: string;
  /** Number of the version folder. Undefined if the graph is not in one. */
  readonly version: number | undefined;
  /** Path of the graph. */
  readonly path: string;
  /** Maximum batch size. 0 means that no dimension is a batch; undefined means that the graph determines it. */
  readonly maxBatchSize: number | undefined;
  /** Paths of label files, by output. */
  readonly labels: Readonly<Record<string, string>>;
  readonly remarks: readonly ConfigRemark[];
}

/** A model that can't be registered. */
export interface UnusableModel {
  readonly name: string;
  /** `skipped` if it is not an ONNX model, `refused` if it can't be served as configured. */
  readonly kind: 'skipped' | 'refused';
  readonly reason: string;
}

interface Read {
  readonly models: readonly FoundModel[];
  readonly others: readonly UnusableModel[];
}

/** Parses the name of a version folder, a decimal number from 1 as in Triton. Undefined for other folders. */
export function versionNumber(name: string): number | undefined {
  const version = /^[1-9]\d{0,8}$/.test(name) ? Number(name) : undefined;
  return version !== undefined && version <= 0x7fffffff ? version : undefined;
}

/** Reads a model. Problems of the model are returned, not thrown, so that they don't affect other models. */
export async function readModelFolder(folder: string, name: string): Promise<Read> {
  try {
    const config = await readConfig(folder, name);
    if (config?.foreign !== undefined) return unusable(name, 'skipped', config.foreign);
    const graphs = await findGraphs(folder, config);
    if (typeof graphs === 'string') return unusable(name, 'skipped', graphs);
    const models: FoundModel[] = [];
    for (const { version, path } of graphs) models.push(await describe({ folder, name, config, version, path }));
    return { models, others: [] };
  } catch (error) {
    if (error instanceof ParetoError) return unusable(name, 'refused', errorText(error));
    throw error;
  }
}

const unusable = (name: string, kind: UnusableModel['kind'], reason: string): Read => ({
  models: [],
  others: [{ name, kind, reason }],
});

async function readConfig(folder: string, name: string): Promise<ModelConfig | undefined> {
  const content = await readFile(join(folder, 'config.pbtxt')).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ParetoError('invalid-argument', `${name}/config.pbtxt can't be read: ${errorText(error)}`);
  });
  return content && parseModelConfig(content, `${name}/config.pbtxt`);
}

interface Graph {
  readonly version: number;
  readonly path: string;
}

/** Returns the graphs of the versions that the policy selects, or a text with the reason if there are none. */
async function findGraphs(folder: string, config: ModelConfig | undefined): Promise<readonly Graph[] | string> {
  const entries = await readdir(folder);
  const found = entries.flatMap((entry) => versionNumber(entry) ?? []);
  const { versions, missing } = chooseVersions(found, config?.versions ?? { kind: 'all' });
  if (missing.length > 0) {
    const have = found.length === 0 ? 'no version' : found.sort((a, b) => a - b).join(', ');
    throw new ParetoError('invalid-argument', `version_policy names ${missing.join(', ')}, but there is ${have}`);
  }
  if (versions.length === 0) return describeForeignModel(entries) ?? 'it has no version: expected 1/model.onnx in it';
  const graphs = await Promise.all(
    versions.map(async (version) => ({
      version,
      path: await findGraph(join(folder, `${version}`), config?.graphName),
    })),
  );
  const usable = graphs.flatMap(({ version, path }) => (typeof path === 'string' ? { version, path } : []));
  if (usable.length > 0) return usable;
  const names = (await Promise.all(versions.map((version) => readdir(join(folder, `${version}`))))).flat();
  const what = describeForeignModel(names);
  if (what !== undefined) return `it is ${what}`;
  return `there is no ${config?.graphName ?? 'model.onnx'} in version ${versions.join(', ')}`;
}

/**
 * Returns the path of the named file, or of the only `.onnx` file. With external data it may be in a folder of that
 * name.
 */
async function findGraph(folder: string, named: string | undefined): Promise<string | undefined> {
  for (const path of [join(folder, named ?? 'model.onnx'), join(folder, named ?? 'model.onnx', 'model.onnx')]) {
    if (await isFile(path)) return path;
  }
  if (named !== undefined) return undefined;
  const [only, ...more] = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.onnx'));
  return only !== undefined && more.length === 0 && (await isFile(join(folder, only))) ? join(folder, only) : undefined;
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

interface Described extends Graph {
  readonly folder: string;
  readonly name: string;
  readonly config: ModelConfig | undefined;
}

async function describe({ folder, name, config, version, path }: Described): Promise<FoundModel> {
  if (config === undefined) return { name, version, path, maxBatchSize: undefined, labels: {}, remarks: [] };
  const { maxBatchSize, remarks } = checkConfig(config, await inspectModel(path));
  const labels = config.outputs.flatMap((output) =>
    output.labels === undefined ? [] : [[output.name, join(folder, labelsPath(output.labels, config))] as const],
  );
  const all = [...nameRemark(config, name), ...config.remarks, ...remarks];
  return { name, version, path, maxBatchSize, labels: Object.fromEntries(labels), remarks: all };
}

const labelsPath = (path: string, { file }: ModelConfig): string => checkRelativePath(path, `${file}: label_filename`);

function nameRemark(config: ModelConfig, name: string): readonly ConfigRemark[] {
  if (config.name === undefined || config.name === '' || config.name === name) return [];
  const text = `it is ${JSON.stringify(config.name)}, but the name of the folder is used`;
  return [{ field: 'name', text, ...config.positionOf('name') }];
}
