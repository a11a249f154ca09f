// Hashes the files of a generated model and uploads them to a controller.

import { chown, lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkManifest, hashFile } from '@pareto/blobs';
import { bytes, ParetoError, type Manifest } from '@pareto/core';
import type { StepContext } from '../orders/step-context.js';
import type { BlobSink, LocalBlob } from '../blobs/blob-sink.js';

export interface GeneratedFile extends LocalBlob {
  /** Name in the model's folder. */
  readonly name: string;
}

/**
 * Returns the paths, sizes and digests of the named files. Throws `internal` for a name of something else: the process that
 * wrote the folder must not make this one read files that only this one can. Takes the folder from that process first, so
 * that it cannot replace the files.
 */
export async function describeFiles(folder: string, names: readonly string[]): Promise<readonly GeneratedFile[]> {
  await chown(folder, process.geteuid?.() ?? -1, process.getegid?.() ?? -1);
  return Promise.all(names.map((name) => describeFile(folder, name)));
}

async function describeFile(folder: string, name: string): Promise<GeneratedFile> {
  const path = join(folder, name);
  const stats = name === basename(name) ? await lstat(path) : undefined;
  if (stats?.isFile() !== true || stats.nlink !== 1)
    throw new ParetoError('internal', `the generated file ${name} is not a plain file in its folder`);
  return { name, path, digest: await hashFile(path), sizeBytes: stats.size };
}

/** Returns the manifest of the files. Throws `invalid-argument` if they do not form a model. */
export const manifestOf = (files: readonly GeneratedFile[]): Manifest =>
  checkManifest({
    files: files.map(({ name, digest, sizeBytes }) => ({ path: name, digest, sizeBytes: bytes(sizeBytes) })),
  });

/** Uploads the files one after the other. */
export async function uploadGenerated(
  files: readonly GeneratedFile[],
  upload: BlobSink,
  { reportProgress, signal }: StepContext,
): Promise<void> {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let before = 0;
  for (const file of files) {
    const onProgress = (sent: number): void =>
      reportProgress(`uploading ${Math.round((100 * (before + sent)) / total)} %`);
    onProgress(0);
    await upload(file, { onProgress, signal });
    before += file.sizeBytes;
  }
}
