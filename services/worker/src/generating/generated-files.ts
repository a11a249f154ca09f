// Hashes the files of a generated model and uploads them to a controller.

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkManifest, hashFile, makeFolder } from '@pareto/blobs';
import { bytes, type Manifest } from '@pareto/core';
import type { StepContext } from '../orders/step-context.js';
import type { BlobSink, LocalBlob } from '../blobs/blob-sink.js';

export interface GeneratedFile extends LocalBlob {
  /** Name in the model's folder. */
  readonly name: string;
}

/** Returns the paths, sizes and digests of the named files. */
export const describeFiles = (folder: string, names: readonly string[]): Promise<readonly GeneratedFile[]> =>
  Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { name, path, digest: await hashFile(path), sizeBytes: (await stat(path)).size };
    }),
  );

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

export interface WorkFolder extends AsyncDisposable {
  readonly path: string;
}

/** Creates an empty folder, which is deleted with its contents on disposal. */
export async function openWorkFolder(parent: string): Promise<WorkFolder> {
  await makeFolder(parent);
  const path = await mkdtemp(join(parent, 'make-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
