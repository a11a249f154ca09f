// From a model on disk to its manifest: the graph, and the files beside it that it refers to.

import { realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { bytes, ParetoError, type Manifest, type ModelFile } from '@pareto/core';
import { hashFile } from './hash-file.js';
import { inspectModel, type InspectedModel } from './inspect.js';
import { sizeOf } from './partial-file.js';

export interface CollectedModel extends InspectedModel {
  readonly manifest: Manifest;
  /** Where each file of the manifest lies, by its path in the manifest. */
  readonly sources: ReadonlyMap<string, string>;
}

/** `file` is the graph, a `.onnx` file. Throws `invalid-argument` that says why it can't be served. */
export async function collectModel(file: string): Promise<CollectedModel> {
  if (!file.endsWith('.onnx')) throw new ParetoError('invalid-argument', `${file} is not an .onnx file`);
  if ((await sizeOf(file)) === undefined) throw new ParetoError('not-found', `there is no file ${file}`);
  const inspected = await inspectModel(file);
  const folder = dirname(file);
  const sources = new Map([
    [basename(file), file],
    ...inspected.externalFiles.map((path) => [path, join(folder, path)] as const),
  ]);
  const files: ModelFile[] = [];
  for (const [path, source] of sources) files.push(await describeFile(path, source, folder));
  return { ...inspected, manifest: { files }, sources };
}

async function describeFile(path: string, source: string, folder: string): Promise<ModelFile> {
  const size = await sizeOf(source);
  if (size === undefined)
    throw new ParetoError('not-found', `the model refers to ${path}, and there is no such file in ${folder}`);
  if (!(await realpath(source)).startsWith((await realpath(folder)) + sep)) {
    throw new ParetoError('invalid-argument', `${path} leads out of the model's folder ${folder}`);
  }
  return { path, digest: await hashFile(source), sizeBytes: bytes(size) };
}
