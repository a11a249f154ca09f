// Checks of a model before its registration.

import { dirname, join } from 'node:path/posix';
import { graphFile, type BlobStore } from '@pareto/blobs';
import { ParetoError, type Digest, type Manifest } from '@pareto/core';
import type { InspectedModel, ModelReader } from '@pareto/models';

export interface InspectionContext {
  readonly blobs: BlobStore;
  readonly reader: Pick<ModelReader, 'inspect'>;
}

/**
 * Inspects the model. Throws `failed-precondition` if a file is missing, `data-loss` if one is damaged,
 * `invalid-argument` if the manifest is wrong or the graph can't be served, and otherwise as `ModelReader.inspect` does.
 */
export async function inspectFiles(context: InspectionContext, manifest: Manifest): Promise<InspectedModel> {
  const { blobs } = context;
  for (const file of manifest.files) {
    const receivedBytes = await checkBlob(blobs, file.path, file.digest);
    if (receivedBytes === file.sizeBytes) continue;
    await blobs.recheck(file.digest);
    throw new ParetoError(
      'invalid-argument',
      `${file.path} has ${receivedBytes} bytes, but the manifest has ${file.sizeBytes}`,
    );
  }
  const graph = graphFile(manifest);
  const model = await inspectBlob(context, graph.digest);
  const paths = new Set(manifest.files.map(({ path }) => path));
  const missing = model.externalFiles.map((path) => join(dirname(graph.path), path)).filter((path) => !paths.has(path));
  if (missing.length === 0) return model;
  throw new ParetoError(
    'invalid-argument',
    `the model refers to ${missing.join(', ')}: add the missing files to the manifest`,
  );
}

async function inspectBlob({ blobs, reader }: InspectionContext, graph: Digest): Promise<InspectedModel> {
  const file = await blobs.localFile(graph);
  try {
    return await reader.inspect(file.path);
  } finally {
    await file.release();
  }
}

/** Returns the size of a blob in bytes. Throws `failed-precondition` if it is missing or incomplete. */
export async function checkBlob(blobs: Pick<BlobStore, 'status'>, what: string, content: Digest): Promise<number> {
  const { complete, receivedBytes } = await blobs.status(content);
  if (complete) return receivedBytes;
  throw new ParetoError('failed-precondition', `${what}: blob ${content} is missing: upload it first`);
}
