// Stores the graph that is served in place of a registered one, with the labels that were in it, before registration.

import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { graphFile, manifestDigest, openWorkFolder, type BlobChunk } from '@pareto/blobs';
import { bytes, digest, type Architecture, type Manifest, type ModelFile } from '@pareto/core';
import type { InspectedModel, ModelReader } from '@pareto/models';
import type { BlobReservations } from '../storage/blob-reservations.js';
import { checkLabelFiles } from './check-labels.js';
import { inspectFiles, type InspectionContext } from './check-model.js';

export interface ModelRewriteContext extends InspectionContext {
  readonly reader: Pick<ModelReader, 'inspect' | 'rewrite'>;
  readonly reservations: BlobReservations;
  /** Folder for the files of running rewrites. */
  readonly work: string;
}

/** The fields of an architecture that a rewrite changes. */
export type RewrittenFields = Pick<Architecture, 'manifest' | 'modelDigest' | 'labels'>;

/** Content that is stored as a blob. */
interface Content {
  readonly digest: ModelFile['digest'];
  readonly sizeBytes: ModelFile['sizeBytes'];
  readonly chunks: () => AsyncIterable<BlobChunk>;
}

/**
 * Rewrites the graph of a model, stores it with the labels that were in it, and runs `register` with the changed fields
 * and the inspection of the rewritten model. The stored blobs are not removed meanwhile. The given labels take precedence
 * over those of the graph. The same model always has the same rewritten graph. Throws as `ModelReader.rewrite`,
 * `BlobStore.upload` and `checkLabelFiles` do.
 */
export async function withRewrittenModel<T>(
  context: ModelRewriteContext,
  { manifest: { files }, labels: given }: Pick<Architecture, 'manifest' | 'labels'>,
  labels: InspectedModel['labels'],
  register: (fields: RewrittenFields, model: InspectedModel) => Promise<T>,
): Promise<T> {
  const { blobs, reservations, work } = context;
  const graph = graphFile({ files });
  await using folder = await openWorkFolder(work);
  await using file = await rewriteGraph(context, graph, folder.path);
  const rewritten = await contentOf(() => chunksOf(file));
  const own = await Promise.all(
    Object.entries(labels).map(async ([output, lines]) => [output, await contentOf(() => labelChunks(lines))] as const),
  );
  const contents = [rewritten, ...own.map(([, content]) => content)];
  return await reservations.reserve(
    contents.map(({ digest: id }) => id),
    async () => {
      for (const { digest: id, sizeBytes, chunks } of contents) await blobs.upload(id, sizeBytes, chunks());
      const { digest: id, sizeBytes } = rewritten;
      const manifest: Manifest = {
        files: files.map((one) => (one === graph ? { path: one.path, digest: id, sizeBytes } : one)),
      };
      const ownLabels = Object.fromEntries(own.map(([output, content]) => [output, content.digest]));
      await checkLabelFiles(blobs, ownLabels);
      const fields = { manifest, modelDigest: manifestDigest(manifest), labels: { ...ownLabels, ...given } };
      return register(fields, await inspectFiles(context, manifest));
    },
  );
}

async function rewriteGraph(
  { blobs, reader }: ModelRewriteContext,
  { digest: graph }: ModelFile,
  folder: string,
): Promise<FileHandle> {
  const file = await blobs.localFile(graph);
  try {
    return await reader.rewrite({ graph: file.path, folder });
  } finally {
    await file.release();
  }
}

async function contentOf(chunks: Content['chunks']): Promise<Content> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const { data } of chunks()) {
    hash.update(data);
    sizeBytes += data.byteLength;
  }
  return { digest: digest(`sha256:${hash.digest('hex')}`), sizeBytes: bytes(sizeBytes), chunks };
}

async function* chunksOf(file: FileHandle): AsyncGenerator<BlobChunk> {
  let offset = 0;
  for await (const data of file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>) {
    yield { offset, data };
    offset += data.byteLength;
  }
}

async function* labelChunks(lines: readonly string[]): AsyncGenerator<BlobChunk> {
  yield { offset: 0, data: Buffer.from(lines.map((line) => `${line}\n`).join('')) };
}
