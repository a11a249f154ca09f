// Collects the files of a model on disk for its manifest: the graph and its external data.

import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { hashFile } from '@pareto/blobs';
import { bytes, ParetoError } from '@pareto/core';
import { inspectModel } from '@pareto/models';
import type { LocalFile } from '../../connection/local-file.js';

/** A file of a model, with its path in the manifest and on disk. */
export interface CollectedFile extends LocalFile {
  readonly manifestPath: string;
}

/** Returns the files of the model whose graph is `file`. Throws `invalid-argument` if the model can't be served. */
export async function collectModel(file: string): Promise<readonly CollectedFile[]> {
  if (!file.endsWith('.onnx')) throw new ParetoError('invalid-argument', `${file} is not an .onnx file`);
  const folder = dirname(file);
  const graph = await describeFile(basename(file), file, folder);
  const { externalFiles } = await inspectModel(file);
  const data = await Promise.all(externalFiles.map((path) => describeFile(path, join(folder, path), folder)));
  return [graph, ...data];
}

async function describeFile(manifestPath: string, path: string, folder: string): Promise<CollectedFile> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new ParetoError('invalid-argument', `there is no file ${path}`);
  if (!(await realpath(path)).startsWith((await realpath(folder)) + sep)) {
    throw new ParetoError('invalid-argument', `${manifestPath} is outside the model's folder ${folder}`);
  }
  return { manifestPath, path, digest: await hashFile(path), sizeBytes: bytes(found.size) };
}
