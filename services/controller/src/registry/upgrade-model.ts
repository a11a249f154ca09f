// Upgrades models with opsets that ONNX Runtime no longer runs, before they are registered.

import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { graphFile, openWorkFolder, type BlobChunk } from '@pareto/blobs';
import { bytes, digest, type Manifest, type ModelFile } from '@pareto/core';
import type { InspectedModel, ModelReader } from '@pareto/models';
import type { BlobReservations } from '../storage/blob-reservations.js';
import { inspectFiles, type InspectionContext } from './check-model.js';

export interface ModelUpgradeContext extends InspectionContext {
  readonly reader: Pick<ModelReader, 'inspect' | 'upgrade'>;
  readonly reservations: BlobReservations;
  /** Folder for the files of running upgrades. */
  readonly work: string;
}

/**
 * Upgrades the graph of a model, stores it, and runs `register` with the manifest and the inspection of the upgraded
 * model, of which no blob is removed meanwhile. The same model always has the same upgraded graph. Throws as
 * `ModelReader.upgrade` and `BlobStore.upload` do.
 */
export async function withUpgradedModel<T>(
  context: ModelUpgradeContext,
  { files }: Manifest,
  register: (manifest: Manifest, model: InspectedModel) => Promise<T>,
): Promise<T> {
  const { blobs, reservations, work } = context;
  const graph = graphFile({ files });
  await using folder = await openWorkFolder(work);
  await using file = await upgradeGraph(context, graph, folder.path);
  const upgraded = await describeGraph(graph.path, file);
  return await reservations.reserve([upgraded.digest], async () => {
    await blobs.upload(upgraded.digest, upgraded.sizeBytes, chunksOf(file));
    const manifest: Manifest = { files: files.map((one) => (one === graph ? upgraded : one)) };
    return register(manifest, await inspectFiles(context, manifest));
  });
}

async function upgradeGraph(
  { blobs, reader }: ModelUpgradeContext,
  { digest: graph }: ModelFile,
  folder: string,
): Promise<FileHandle> {
  const file = await blobs.localFile(graph);
  try {
    return await reader.upgrade({ graph: file.path, folder });
  } finally {
    await file.release();
  }
}

async function describeGraph(path: string, file: FileHandle): Promise<ModelFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const { data } of chunksOf(file)) {
    hash.update(data);
    sizeBytes += data.byteLength;
  }
  return { path, digest: digest(`sha256:${hash.digest('hex')}`), sizeBytes: bytes(sizeBytes) };
}

async function* chunksOf(file: FileHandle): AsyncGenerator<BlobChunk> {
  let offset = 0;
  for await (const data of file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>) {
    yield { offset, data };
    offset += data.byteLength;
  }
}
