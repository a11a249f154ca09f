// A model on disk: one ONNX file, or a folder of a graph and its external data.

import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { ParetoError } from '@pareto/core';

export interface LocalModel {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly source: string }[];
}

/** Throws `invalid-argument` when there is no model at `path`. */
export async function findModel(path: string): Promise<LocalModel> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) {
    return { name: basename(path).replace(/\.onnx$/, ''), files: [{ path: basename(path), source: path }] };
  }
  if (found?.isDirectory() !== true) {
    throw new ParetoError(
      'invalid-argument',
      `there is no model at ${path}: expected an .onnx file, or a folder with one in it`,
    );
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const sources = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = sources.map((source) => ({ path: relative(path, source).split(sep).join('/'), source }));
  if (!files.some((file) => file.path.endsWith('.onnx'))) {
    throw new ParetoError('invalid-argument', `the folder ${path} holds no .onnx file`);
  }
  return { name: basename(path), files: files.sort((a, b) => a.path.localeCompare(b.path)) };
}
