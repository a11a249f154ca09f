// Provides models from any source as local files. Fetched and unpacked files are temporary.

import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ParetoError } from '@pareto/core';
import { fetchHttp, type Fetching } from './fetch-http.js';
import { fetchS3 } from './fetch-s3.js';
import { archivePattern, displayUrl, parseSource, type ModelSource } from './model-source.js';
import { createTransferCount, type TransferLimits } from './transfer-limits.js';
import { versionNumber } from './read-model-folder.js';
import { unpack } from './unpack.js';

export interface ObtainOptions {
  /** S3 endpoint, by default that of the region. */
  readonly s3Endpoint?: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: Fetching['onProgress'] | undefined;
  /** Limit of the size of all files of the source and, if it is an archive, of the unpacked files. Default: 64 GiB. */
  readonly maxBytes?: number | undefined;
}

const limitsOf = ({ maxBytes = 64 * 2 ** 30 }: ObtainOptions): TransferLimits => ({ maxFiles: 10_000, maxBytes });

/** Local files of models. Temporary ones are deleted on disposal. */
export interface Obtained extends AsyncDisposable {
  /** Path of an `.onnx` file or a folder. */
  readonly path: string;
  /** Name of the model if the folder is a single model. Undefined if the name of the folder applies. */
  readonly name: string | undefined;
}

/**
 * Obtains the models at `given`, a path or a URI. Throws `invalid-argument` or `not-found`, and `unavailable` if a retry
 * may succeed.
 */
export async function obtainModels(given: string, options: ObtainOptions): Promise<Obtained> {
  const source = parseSource(given);
  if (source.kind !== 'local') return inTemporaryFolder((folder) => fetchInto(folder, source, options));
  const found = await stat(source.path).catch(() => undefined);
  if (found === undefined) throw invalid(`there is no file or folder ${source.path}`);
  if (!found.isFile()) return inPlace(source.path);
  if (!archivePattern.test(source.path)) return inPlace(source.path);
  return inTemporaryFolder((folder) => unpackInto(folder, source.path, options));
}

const invalid = (why: string): ParetoError => new ParetoError('invalid-argument', why);

const inPlace = (path: string): Obtained => ({ path, name: undefined, [Symbol.asyncDispose]: async () => undefined });

type LocalModels = Pick<Obtained, 'path' | 'name'>;

async function inTemporaryFolder(work: (folder: string) => Promise<LocalModels>): Promise<Obtained> {
  const folder = await mkdtemp(join(tmpdir(), 'pareto-models-'));
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await work(folder)), [Symbol.asyncDispose]: discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function fetchInto(
  folder: string,
  source: Exclude<ModelSource, { kind: 'local' }>,
  options: ObtainOptions,
): Promise<LocalModels> {
  const { signal, onProgress = () => undefined } = options;
  const fetched = join(folder, 'fetched');
  await mkdir(fetched);
  const count = createTransferCount(nameOf(source), limitsOf(options));
  const fetching = { folder: fetched, signal, count, onProgress };
  const path =
    source.kind === 'http'
      ? await fetchHttp(source.url, fetching)
      : await fetchS3(source, options.s3Endpoint, fetching);
  if (archivePattern.test(path)) return unpackInto(folder, path, options);
  const folderName = source.kind === 's3' ? basename(source.key) || source.bucket : undefined;
  return { path, name: folderName };
}

const nameOf = (source: Exclude<ModelSource, { kind: 'local' }>): string =>
  source.kind === 'http' ? displayUrl(source.url) : `s3://${source.bucket}/${source.key}`;

async function unpackInto(folder: string, archive: string, options: ObtainOptions): Promise<LocalModels> {
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  await unpack(archive, unpacked, options.signal, limitsOf(options));
  const path = await contentOf(unpacked);
  return { path, name: path === unpacked ? basename(archive).replace(archivePattern, '') : undefined };
}

/** Returns the folder with the content: many archives wrap it in one folder. */
async function contentOf(folder: string): Promise<string> {
  const [only, ...more] = await readdir(folder, { withFileTypes: true });
  const isWrapping = only?.isDirectory() === true && more.length === 0 && versionNumber(only.name) === undefined;
  return isWrapping ? contentOf(join(folder, only.name)) : folder;
}
