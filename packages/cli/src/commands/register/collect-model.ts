// Collects the files of a model on disk for its manifest: the graph and its external data.

import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { hashFile } from '@pareto/blobs';
import { bytes, ParetoError } from '@pareto/core';
import { inspectModel, type InspectedModel } from '@pareto/models';
import type { LocalFile } from '../../connection/local-file.js';

/** A file of a model, with its path in the manifest and on disk. */
interface CollectedFile extends LocalFile {
  readonly manifestPath: string;
}

export interface CollectedModel {
  readonly files: readonly CollectedFile[];
  readonly model: InspectedModel;
}

/** Returns the model whose graph is `file`, with its files. Throws `invalid-argument` if the model can't be served. */
export async function collectModel(file: string): Promise<CollectedModel> {
  if (!file.endsWith('.onnx')) throw new ParetoError('invalid-argument', `${file} is not an .onnx file`);
  const folder = dirname(file);
  const graph = await describeFile(basename(file), file, folder);
  const model = await inspectModel(file);
  const data = model.externalFiles.map((path) => describeFile(path, join(folder, path), folder));
  return { files: [graph, ...(await Promise.all(data))], model };
}

async function describeFile(manifestPath: string, path: string, folder: string): Promise<CollectedFile> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new ParetoError('invalid-argument', `there is no file ${path}`);
  if (!(await realpath(path)).startsWith((await realpath(folder)) + sep)) {
    throw new ParetoError('invalid-argument', `${manifestPath} is outside the model's folder ${folder}`);
  }
  return { manifestPath, path, digest: await hashFile(path), sizeBytes: bytes(found.size) };
}
